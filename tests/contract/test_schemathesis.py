"""Schemathesis over the published OpenAPI, in process: no 500, no answer that is not published.

Bounded and the same in every run. `SCHEMATHESIS_EXAMPLES` looks longer.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.cache import cache
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pytest_django.fixtures import Settings
from schemathesis.core.result import Ok
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    response_schema_conformance,
    status_code_conformance,
)

from accounts.access.throttling import KeyRateThrottle
from tests.access.world import World, make_world
from tests.accounts.access.client import Api, staff_client
from tests.contract.program import Program, let_jobs_run, pay_in
from tests.contract.published import published
from tests.factories import new_key

EXAMPLES = int(os.environ.get("SCHEMATHESIS_EXAMPLES", "15"))
CHECKS = [status_code_conformance, response_schema_conformance]

# Living through months of jobs is not what is looked at here.
LEFT_OUT = {("POST", "/api/v1/sandbox/clock/")}

SCHEMA = schemathesis.openapi.from_dict(published())
SCHEMA.app = get_wsgi_application()
OPERATIONS = [
    operation
    for operation in (found.ok() for found in SCHEMA.get_all_operations() if isinstance(found, Ok))
    if (operation.method.upper(), operation.path) not in LEFT_OUT
]


def group_of(operation: schemathesis.APIOperation[Any, Any, Any, Any]) -> str:
    """The operations that share a world: writes of one do not disturb the other."""
    first, *rest = operation.path.removeprefix("/api/v1/").rstrip("/").split("/")
    return f"{first}-{rest[1]}" if first == "companies" and len(rest) > 1 else first


@pytest.fixture
def world(
    db: None, sandbox_clock: None, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> Iterator[World]:
    """A company with one of everything; the gateway is away."""
    monkeypatch.setattr(KeyRateThrottle, "rate", "1000000/day")
    settings.STRIPE_API_BASE = "http://127.0.0.1:1"
    cache.clear()
    made = make_world("Somebody")
    made.ids |= documents_of(made)
    # The connection holds the test's transaction: no request may close it.
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield made
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def documents_of(world: World) -> dict[str, str]:
    """Documents with all that is printed on them, in place of the world's bare rows."""
    staff = Program(staff_client().secret)
    company = {"id": str(world.company.pk), "currency": "USD"}
    receipt = pay_in(staff, company, "5.00")["receipt"]
    let_jobs_run(staff)
    numbered = staff.rows("invoices/", company=company["id"])
    [invoice] = [row["id"] for row in numbered if row["lines"]]
    return {"api/v1/receipts/<uuid:pk>": receipt, "api/v1/invoices/<uuid:invoice_id>": invoice}


def ids_for(path: str, world: World) -> dict[str, str]:
    """The id of a row that exists for each parameter of the path."""
    known = {_shape(prefix): value for prefix, value in world.ids.items()}
    found = {
        match[1]: known.get(_shape(path[1 : match.end()]))
        for match in re.finditer(r"\{(\w+)\}", path)
    }
    return {name: value for name, value in found.items() if value is not None}


def _shape(prefix: str) -> str:
    return re.sub(r"<[^>]+>|\{[^}]+\}", "*", prefix)


@pytest.mark.parametrize("group", sorted({group_of(operation) for operation in OPERATIONS}))
def test_no_request_breaks_the_server_or_the_promise(world: World, group: str) -> None:
    """A promise is a status that is published, 500 never is, and an answer of its schema."""
    for operation in OPERATIONS:
        if group_of(operation) == group:
            try_many(operation, world)


def try_many(operation: schemathesis.APIOperation[Any, Any, Any, Any], world: World) -> None:
    ids = ids_for(operation.path, world)
    programs = st.sampled_from([staff_client(), world.api])
    modes = [
        operation.as_strategy(generation_mode=mode)
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
    ]

    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=st.one_of(modes), program=programs, is_known=st.booleans())
    def trial(case: schemathesis.Case[Any], program: Api, *, is_known: bool) -> None:
        if is_known:
            case.path_parameters = {**case.path_parameters, **ids}
        sent = {
            "Authorization": f"Bearer {program.secret}",
            "Idempotency-Key": new_key(),
            "Accept-Encoding": "identity",
        }
        answer = case.call(headers=sent)
        case.validate_response(answer, checks=CHECKS)

    trial()
