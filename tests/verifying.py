"""`@pytest.mark.verifies("portal_payment", "off")`: this test shows what a position does.

docs/features.md names these tests. So that it cannot lie, a marked test fails unless the value was
read in it from the database, and stood in that position. A switch is "on" or "off"; any other value
is "default" or "changed".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection

from features import catalog, courses, queries


@pytest.fixture(autouse=True)
def verified_positions(request: pytest.FixtureRequest) -> Iterator[None]:
    """Watches the statements of a marked test."""
    marked = [mark.args for mark in request.node.iter_markers("verifies")]
    if not marked:
        yield
        return
    request.getfixturevalue("db")
    read: set[str] = set()

    def watch(execute: Callable[..., Any], sql: str, params: Any, *more: Any) -> Any:
        read.update(_keys_read(sql, params))
        return execute(sql, params, *more)

    with connection.execute_wrapper(watch):
        yield
    for key, position in marked:
        assert key in read, f"{key} was not read"
        stood = {positions_of(key, value) for value in queries.values_ever(key)}
        assert position in stood, f"{key} was never {position}, only {', '.join(sorted(stood))}"


def positions_of(key: str, value: object) -> str:
    """What a value is called by the marker."""
    if isinstance(value, bool):
        return "on" if value else "off"
    return "default" if value == catalog.feature(key).default_json() else "changed"


def _keys_read(sql: str, params: Any) -> set[str]:
    if sql == queries.IN_FORCE:
        return {params["key"]}
    if sql == courses.ROWS:
        return {key for key in params["keys"] if catalog.feature(key).changes_charges}
    return set()
