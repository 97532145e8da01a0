"""Charges rated anew: reversed and rated in one transaction, the difference told beforehand."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from djmoney.money import Money

from billing.catalog.calc import MB
from billing.catalog.models import PlanKind
from billing.catalog.terms import PlanTerms, PriceTerms
from billing.metering.models import Charge, DayTotal, PeriodTotal, UsageKey
from billing.metering.rerating import Selection, preview_rerating, rerate
from billing.metering.reservations import Session, commit_quantity, reserve_quantity
from billing.subscriptions.actions import change_plan
from billing.subscriptions.models import Allowance, BillingPeriod
from tests.billing.metering.usage import counts, money_of, record, send
from tests.factories import (
    BY,
    NOW,
    make_company,
    make_plan,
    make_subscription,
    new_key,
    pay_in,
)

pytestmark = pytest.mark.django_db

A_DAY = timedelta(days=1)


def test_a_plan_changed_in_the_past_is_rated_anew() -> None:
    company = make_company(tax_percent=Decimal(20))
    subscription = make_subscription(company, make_plan(PriceTerms(Decimal("0.10"))), subject="sim")
    used = [record("sim", 100 * MB), record("sim", 50 * MB)]
    send(*used)
    assert money_of(company) == Decimal("-18.00")

    cheaper = make_plan(PriceTerms(Decimal("0.04")))
    change_plan(subscription, cheaper, at=NOW - A_DAY, by=BY, now=NOW)
    selection = Selection(NOW - A_DAY, NOW + A_DAY, company=company)

    expected = preview_rerating(selection, by=BY, at=NOW)
    assert (expected.charges, expected.before, expected.after) == (2, Decimal(15), Decimal(6))
    assert money_of(company) == Decimal("-18.00")

    assert rerate(selection, by=BY, at=NOW) == expected
    assert money_of(company) == Decimal("-7.20")
    amounts = Charge.objects.order_by("id").values_list("amount", flat=True)
    assert list(amounts) == [10, 5, -10, -5, 4, 2]
    assert sum(total.amount for total in PeriodTotal.objects.all()) == Decimal(6)
    assert DayTotal.objects.get().amount == Decimal(6)

    # The records are the same: sent again they are duplicates, and stand for the new charges.
    assert counts(send(*used)) == (0, 2, 0, 0)
    standing = Charge.objects.filter(pk__in=UsageKey.objects.values("charge_id"))
    assert sum(charge.amount for charge in standing) == Decimal(6)


def test_allowances_come_back_and_are_claimed_anew() -> None:
    plan = make_plan(
        kind=PlanKind.PAY_PER_MB, terms=PlanTerms(included=100, overage_price=Decimal(MB))
    )
    company = make_company()
    make_subscription(company, plan, subject="sim")
    send(record("sim", 70), record("sim", 70))

    result = rerate(Selection(NOW - A_DAY, NOW + A_DAY, company=company), by=BY, at=NOW)

    assert (result.charges, result.before, result.after) == (2, Decimal(40), Decimal(40))
    assert Allowance.objects.get().used == 100
    assert money_of(company) == Decimal(-40)


def test_what_was_invoiced_is_corrected_in_the_open_period() -> None:
    company = make_company()
    subscription = make_subscription(company, make_plan(PriceTerms(Decimal("0.10"))), subject="sim")
    last_month = NOW - timedelta(days=20)
    send(record("sim", 10 * MB, at=last_month))
    issued = BillingPeriod.objects.get()
    BillingPeriod.objects.update(status=BillingPeriod.Status.ISSUED)
    change_plan(subscription, make_plan(PriceTerms(Decimal("0.01"))), at=last_month, by=BY, now=NOW)

    rerate(Selection(last_month, NOW, company=company), by=BY, at=NOW)

    open_total = PeriodTotal.objects.exclude(period=issued)
    assert sum(total.amount for total in open_total) == Decimal("-0.90")
    assert {total.use_period_id for total in open_total} == {issued.pk}


def test_what_cannot_be_rated_any_more_keeps_its_charge() -> None:
    company = make_company()
    subscription = make_subscription(company, subject="sim")
    send(record("sim", MB))
    subscription.keys.all().delete()

    result = rerate(Selection(NOW - A_DAY, NOW + A_DAY, company=company), by=BY, at=NOW)

    assert result.charges == 0
    assert Charge.objects.count() == 1


def test_a_session_paid_ahead_stays_paid() -> None:
    company = make_company()
    pay_in(company, Money(10, "USD"))
    sim = make_subscription(company, subject="sim")
    purpose = Session("r", timedelta(hours=1), session="s")
    hold = reserve_quantity(sim, 300 * MB, session=purpose, key=new_key(), at=NOW)
    commit_quantity(hold.pk, 200 * MB, at=NOW)
    send(record("sim", 250 * MB, session="s"))
    assert money_of(company) == Decimal("7.50")

    rerate(Selection(NOW - A_DAY, NOW + A_DAY, company=company), by=BY, at=NOW)

    assert money_of(company) == Decimal("7.50")
