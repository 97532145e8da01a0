"""Which columns a list shows and in which order: the person's choice, or the list's own."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

import django_tables2 as tables
from django.db.models import Model

from accounts.pages.columns import CellColumn, Words

ListTable = type[tables.Table]


@dataclass(frozen=True)
class Offer:
    """A column as the form offers it; a fixed one is the row's name and cannot be left out."""

    name: str
    label: Words
    is_chosen: bool
    is_fixed: bool


def standard_columns(table: ListTable) -> list[str]:
    """What is shown while nobody has chosen."""
    return [name for name, column in _choosable(table).items() if column.visible]


def known_columns(table: ListTable, names: Iterable[str]) -> list[str]:
    """Those of the names that are columns, each once, never without the row's name; or none."""
    choosable = _choosable(table)
    found = [name for name in dict.fromkeys(names) if name in choosable]
    if not found:
        return []
    keys = [name for name, column in choosable.items() if column.is_key and name not in found]
    return [*keys, *found]


def offers(table: ListTable, chosen: Collection[str], *, order: Iterable[str]) -> list[Offer]:
    """Every column to choose from: as `order` says, then the others as the table has them."""
    choosable = _choosable(table)
    return [
        Offer(
            name=name,
            label=choosable[name].verbose_name,
            is_chosen=name in chosen,
            is_fixed=choosable[name].is_key,
        )
        for name in dict.fromkeys([*known_columns(table, order), *choosable])
    ]


def moved(names: Sequence[str], name: str, *, steps: int) -> list[str]:
    """The names with one of them that many places further on; -1 is one place to the front."""
    if name not in names:
        return list(names)
    rest = [one for one in names if one != name]
    place = max(0, names.index(name) + steps)
    return [*rest[:place], name, *rest[place:]]


def arranged(
    table: ListTable, rows: Sequence[Model], columns: Sequence[str], *, has_checks: bool = False
) -> tables.Table:
    """The table of these rows with these columns, after the boxes if it has any."""
    boxes = [name for name, column in _columns(table).items() if column.is_check and has_checks]
    shown = [*boxes, *columns]
    left_out = [name for name in _columns(table) if name not in shown]
    made = table(rows, sequence=shown, exclude=left_out)
    for name in shown:
        made.columns.show(name)
    return made


def _columns(table: ListTable) -> dict[str, CellColumn]:
    columns: dict[str, CellColumn] = table.base_columns
    return columns


def _choosable(table: ListTable) -> dict[str, CellColumn]:
    return {name: column for name, column in _columns(table).items() if not column.is_check}
