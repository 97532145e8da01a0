"""Usage fetched from the sandbox operator over a real socket."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from djmoney.money import Money

from billing.ledger.queries import balance
from billing.metering.models import Charge
from config.sandbox.testing import Stack
from telecom.operators.models import Operator
from telecom.operators.tasks import fetch_operator_usage
from tests.factories import NOW, make_company, pay_in
from tests.telecom.sims.test_life import make_sim, sandbox_operator

pytestmark = pytest.mark.django_db

MB = 1024 * 1024


def send(operator: Stack, iccid: str, *, ids: list[str], quantity: int = MB) -> None:
    records = [
        {
            "id": record_id,
            "iccid": iccid,
            "started_at": "2026-03-10T11:00:00Z",
            "bytes": quantity,
            "plmn": "26201",
            "session": "",
        }
        for record_id in ids
    ]
    operator.control("usage", records=records)


def fetched(operator: Stack) -> Operator:
    """The operator with its cursor after everything that other tests have left there."""
    row = sandbox_operator()
    fetch_operator_usage(at=NOW)
    return row


def test_usage_is_fetched_rated_and_deducted_once(operator_sandbox: Stack) -> None:
    """Two sessions of 1 MB at 0.01 each: 10.00 − 0.02 = 9.98; fetched again, nothing more."""
    company = make_company()
    pay_in(company, Money(10, "USD"))
    fetched(operator_sandbox)
    sim = make_sim(company=company, operator=sandbox_operator(), starts_at=NOW - timedelta(days=1))
    send(operator_sandbox, sim.iccid, ids=[f"{sim.iccid}-1", f"{sim.iccid}-2"])
    assert fetch_operator_usage(at=NOW) == 2
    assert balance(company).balance == Decimal("9.98")
    Operator.objects.update(usage_cursor="")
    assert fetch_operator_usage(at=NOW) >= 2
    assert Charge.objects.filter(company=company).count() == 2
    assert balance(company).balance == Decimal("9.98")


def test_an_operator_that_is_away_is_noted_and_nothing_is_lost(operator_sandbox: Stack) -> None:
    operator = fetched(operator_sandbox)
    operator_sandbox.control(fault="fail", count=1, status=503)
    assert fetch_operator_usage(at=NOW) == 0
    operator.refresh_from_db()
    assert "503" in operator.usage_error
    fetch_operator_usage(at=NOW)
    operator.refresh_from_db()
    assert operator.usage_error == ""
