"""What two workers may not do to each other. Each test fails without its lock."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from billing.catalog.calc import MB
from billing.catalog.models import PlanKind
from billing.catalog.terms import PlanTerms
from billing.metering.inbox import rate_waiting, receive, waiting_records
from billing.metering.models import Charge
from billing.subscriptions.models import Allowance
from tests.billing.metering.usage import money_of, record, send
from tests.factories import NOW, make_company, make_plan, make_subscription
from tests.two_sessions import at_once, failures

pytestmark = pytest.mark.django_db(transaction=True)


def test_two_workers_absorb_no_more_than_the_allowance_has_left() -> None:
    terms = PlanTerms(included=100, overage_price=Decimal(MB))
    plan = make_plan(kind=PlanKind.PAY_PER_MB, terms=terms)
    company = make_company()
    make_subscription(company, plan, subject="sim")
    send(record("sim", 0, at=NOW - timedelta(days=1)))  # the allowance exists, with 100 left

    results = at_once(*[lambda: send(record("sim", 100)) for _ in range(2)])

    assert not failures(results)
    assert Allowance.objects.get().used == 100
    absorbed = sum(Charge.objects.values_list("from_allowance", flat=True))
    assert (absorbed, money_of(company)) == (100, Decimal(-100))


def test_two_workers_make_one_charge_of_one_record() -> None:
    company = make_company()
    make_subscription(company, subject="sim")
    same = record("sim", 100 * MB, name="same")

    results = at_once(*[lambda: send(same) for _ in range(4)])

    assert not failures(results)
    assert Charge.objects.count() == 1
    assert money_of(company) == Decimal("-1.00")


def test_batches_that_meet_in_opposite_order_both_come_through() -> None:
    first, second = make_company(), make_company()
    make_subscription(first, subject="first")
    make_subscription(second, subject="second")
    there = [record("first"), record("second")] * 1
    back = [record("second"), record("first")]

    results = at_once(*[lambda: send(*there), lambda: send(*back)] * 2)

    assert not failures(results)
    assert Charge.objects.count() == 4


def test_workers_share_the_inbox_and_rate_each_record_once() -> None:
    companies = [make_company() for _ in range(6)]
    for number, company in enumerate(companies):
        make_subscription(company, subject=f"sim-{number}")
    records = [record(f"sim-{n % 6}", MB) for n in range(120)]
    receive(records, source="operator", at=NOW)

    results = at_once(*[lambda: rate_waiting(at=NOW) for _ in range(3)])

    assert not failures(results)
    assert sum(result for result in results if isinstance(result, int)) == 120
    assert (Charge.objects.count(), waiting_records()) == (120, 0)
    assert [money_of(company) for company in companies] == [Decimal("-0.20")] * 6
