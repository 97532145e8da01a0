"""What a check is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

Parameters = Mapping[str, list[str]]


def no_parameters() -> Parameters:
    return {}


@dataclass(frozen=True)
class Check:
    """One invariant in SQL.

    `sql` answers one row for each thing it looks at: `subject` names the thing, `fault` says what
    is wrong with it, or is NULL. It must get along with millions of rows: joins and aggregates
    over whole tables, nothing that is asked once per row.
    """

    name: str
    proves: str
    sql: str
    parameters: Callable[[], Parameters] = field(default=no_parameters)
