"""Bad input on every route, field by field, after the published description: never a 500.

Each field of each body gets bad values, and each query parameter too, with ids of rows that
exist, so that the value reaches the rules and the database.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Iterator
from urllib.parse import quote

import pytest
from django.core.cache import cache
from pytest_django.fixtures import Settings

from accounts.access.throttling import KeyRateThrottle
from tests.access.openapi import Operation, example, operations, places, replaced, without
from tests.access.world import World, make_world
from tests.accounts.access.client import Api, staff_client
from tests.factories import new_key

ALWAYS: list[object] = [None, "", "a\x00b", -1, 10**39, {}]
IN_TURN: list[object] = [
    " ",
    "x",
    "é" * 10_000,
    "\ud800",
    "NaN",
    "Infinity",
    "-1",
    "-0",
    "1e400",
    "9" * 60,
    "0." + "1" * 60,
    "٣",
    0,
    -(10**39),
    2**63,
    1.5,
    True,
    [],
    [None],
    {"amount": "NaN", "currency": "USD"},
    {"amount": "1.00", "currency": "XXX"},
    {"amount": None, "currency": None},
    "0190a5f0-0000-7000-8000-000000000000",
    "0000-00-00T99:99:99Z",
    "9999-12-31T23:59:59Z",
    "0001-01-01T00:00:00Z",
    "P99999999Y",
]
WHOLE_BODIES: list[object] = [None, [], [[]], "text", 17, True, {}]
BAD_QUERIES = [
    "",
    "x",
    "%00",
    "-1",
    "NaN",
    "9" * 60,
    "%F0%9F%92%A9",
    "é",
    "9999-12-31",
    "0001-01-01",
]
OPERATIONS = operations()

TURNS = int(os.environ.get("BAD_INPUT_TURNS", "6"))
"""Each field gets every sixth of the values in turn; `BAD_INPUT_TURNS=1` tries all on all."""


@pytest.fixture
def world(db: None, monkeypatch: pytest.MonkeyPatch, settings: Settings) -> World:
    monkeypatch.setattr(KeyRateThrottle, "rate", "1000000/day")
    settings.STRIPE_API_BASE = "http://127.0.0.1:1"
    cache.clear()
    return make_world("Somebody")


def _address(operation: Operation, world: World) -> str:
    """The path with ids of rows that exist, where the world has them."""
    known = {_shape(prefix): value for prefix, value in world.ids.items()}
    path = operation.path.lstrip("/")
    for match in re.finditer(r"\{\w+\}", path):
        prefix = path[: path.index(match[0])]
        value = known.get(_shape(operation.path.lstrip("/")[: match.end()]), "invoices")
        path = prefix + value + path[len(prefix) + len(match[0]) :]
    return f"/{path}"


def _shape(prefix: str) -> str:
    """A pattern without the names and kinds of its parameters."""
    return re.sub(r"<[^>]+>|\{[^}]+\}", "*", prefix)


def _problem(api: Api, operation: Operation, path: str, body: object, what: object) -> str:
    """What is wrong with the answer, or nothing."""
    sent = b"" if operation.method == "get" else json.dumps(body).encode()
    answer = api.raw(operation.method.upper(), path, sent, headers={"Idempotency-Key": new_key()})
    content = b"".join(answer) if answer.streaming else answer.content
    said = f"{operation} with {what!r:.90}: {answer.status_code} {content[:200]!r}"
    if answer.status_code >= 500:
        return said
    if answer.status_code >= 400:
        error = json.loads(content)["errors"][0]
        return "" if error["code"] and error["detail"] else said
    return ""


def _problems(
    world: World, operation: Operation, trials: Iterable[tuple[str, object, object]]
) -> list[str]:
    api = staff_client()
    api.raise_request_exception = False
    found = (_problem(api, operation, path, body, what) for path, body, what in trials)
    return [problem for problem in found if problem]


@pytest.mark.parametrize("operation", [o for o in OPERATIONS if o.body], ids=str)
def test_no_field_takes_a_bad_value_badly(world: World, operation: Operation) -> None:
    path = _address(operation, world)
    assert _problems(world, operation, _bad_bodies(operation, path)) == []


def _bad_bodies(operation: Operation, path: str) -> Iterator[tuple[str, object, object]]:
    assert operation.body is not None
    body = example(operation.body)
    for wrong in WHOLE_BODIES:
        yield path, wrong, wrong
    for number, place in enumerate(places(operation.body)):
        yield path, without(body, place), f"no {place}"
        for value in ALWAYS + IN_TURN[number % TURNS :: TURNS]:
            yield path, replaced(body, place, value), (place, value)


@pytest.mark.parametrize("operation", [o for o in OPERATIONS if o.query], ids=str)
def test_no_query_takes_a_bad_value_badly(world: World, operation: Operation) -> None:
    path = _address(operation, world)
    trials = (
        (f"{path}?{name}={value if '%' in value else quote(value)}", None, (name, value))
        for name in operation.query
        for value in BAD_QUERIES
    )
    assert _problems(world, operation, trials) == []


@pytest.mark.parametrize("content_type", ["", "application/json", "text/csv", "x"])
def test_a_write_without_any_body_is_no_fault_of_ours(world: World, content_type: str) -> None:
    api = staff_client()
    api.raise_request_exception = False
    broken = {}
    for operation in OPERATIONS:
        if operation.method != "get":
            query = "&".join(f"{name}=x" for name in operation.query)
            path = f"{_address(operation, world)}?{query}"
            answer = api.raw(operation.method.upper(), path, b"", content_type)
            if answer.status_code >= 500:
                broken[str(operation)] = answer.content
    assert broken == {}
