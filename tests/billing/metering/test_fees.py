"""Monthly and activation fees: when they fall due, and how much they are."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from billing.catalog.models import Plan, PlanKind, PlanVersion
from billing.catalog.terms import PlanTerms
from billing.metering.fees import charge_due_fees, next_fee_after
from billing.metering.models import Charge
from billing.subscriptions.actions import cancel, change_plan
from billing.subscriptions.models import Subscription
from tests.billing.metering.usage import money_of, record, send
from tests.factories import BY, make_company, make_plan, make_subscription
from tests.two_sessions import at_once, failures

pytestmark = pytest.mark.django_db

NOVEMBER = datetime(2026, 11, 1, tzinfo=UTC)
MID_NOVEMBER = datetime(2026, 11, 16, 9, tzinfo=UTC)
DECEMBER = datetime(2026, 12, 1, tzinfo=UTC)
JANUARY = datetime(2027, 1, 1, tzinfo=UTC)


def a_plan(**terms: object) -> Plan:
    return make_plan(
        kind=PlanKind.PAY_PER_MB,
        terms=PlanTerms(overage_price=Decimal("0.01"), **terms),  # type: ignore[arg-type]
    )


def fees() -> list[tuple[str, Decimal]]:
    rows = Charge.objects.exclude(kind=Charge.Kind.USAGE).order_by("started_at", "id")
    return list(rows.values_list("kind", "amount"))


def test_a_monthly_fee_is_charged_whole_at_the_start_of_each_period() -> None:
    company = make_company(tax_percent=Decimal(20), at=NOVEMBER)
    make_subscription(company, a_plan(fee=Decimal(5)), at=MID_NOVEMBER)

    assert charge_due_fees(at=MID_NOVEMBER) == 1
    assert charge_due_fees(at=MID_NOVEMBER) == 0
    assert next_fee_after(MID_NOVEMBER) == DECEMBER
    assert charge_due_fees(at=DECEMBER) == 1

    assert fees() == [("monthly_fee", Decimal(5))] * 2
    assert money_of(company) == Decimal(-12)


def test_a_prorated_fee_is_the_share_of_the_days() -> None:
    company = make_company(at=NOVEMBER)
    subscription = make_subscription(
        company, a_plan(fee=Decimal(6), is_prorated=True), at=MID_NOVEMBER
    )
    charge_due_fees(at=MID_NOVEMBER)
    cancel(subscription, at=datetime(2026, 12, 11, tzinfo=UTC), by=BY, now=MID_NOVEMBER)
    charge_due_fees(at=JANUARY)

    # the 16th to the 30th: 15 of 30 days; the 1st to the 10th: 10 of 31
    assert fees() == [
        ("monthly_fee", Decimal("3")),
        ("monthly_fee", Decimal("1.935483870968")),
    ]
    assert Subscription.objects.get().next_fee_at is None


def test_fees_that_were_missed_are_charged_later_one_for_each_period() -> None:
    make_subscription(make_company(at=NOVEMBER), a_plan(fee=Decimal(5)), at=MID_NOVEMBER)

    assert charge_due_fees(at=JANUARY) == 3
    periods = {charge.period.starts_at for charge in Charge.objects.all()}
    assert periods == {NOVEMBER, DECEMBER, JANUARY}


def test_where_only_active_lines_pay_the_fee_comes_at_the_end_of_the_period() -> None:
    plan = a_plan(fee=Decimal(5), fee_for=PlanVersion.FeeFor.ACTIVE)
    company = make_company(at=NOVEMBER)
    make_subscription(company, plan, subject="used", at=NOVEMBER)
    make_subscription(company, plan, subject="idle", at=NOVEMBER)
    send(record("used", 0, at=MID_NOVEMBER), at=MID_NOVEMBER)

    assert charge_due_fees(at=DECEMBER - timedelta(seconds=1)) == 0
    assert charge_due_fees(at=DECEMBER) == 1

    charge = Charge.objects.get(kind=Charge.Kind.MONTHLY_FEE)
    assert (charge.subject, charge.period.ends_at) == ("used", DECEMBER)


def test_an_activation_fee_comes_once_with_the_next_period() -> None:
    make_subscription(make_company(at=NOVEMBER), a_plan(activation_fee=Decimal(9)), at=MID_NOVEMBER)

    assert charge_due_fees(at=DECEMBER - timedelta(seconds=1)) == 0
    assert charge_due_fees(at=DECEMBER) == 1
    assert charge_due_fees(at=JANUARY) == 0

    assert fees() == [("activation_fee", Decimal(9))]
    assert Charge.objects.get().period.starts_at == DECEMBER


def test_billing_that_starts_with_first_usage_waits_for_it() -> None:
    plan = a_plan(
        fee=Decimal(5),
        activation_fee=Decimal(1),
        billing_starts=PlanVersion.BillingStarts.FIRST_USAGE,
    )
    make_subscription(make_company(at=NOVEMBER), plan, subject="sim", at=NOVEMBER)
    assert charge_due_fees(at=DECEMBER) == 0

    used_at = datetime(2026, 12, 5, tzinfo=UTC)
    send(record("sim", 1, at=used_at), at=used_at)

    assert charge_due_fees(at=used_at) == 1
    assert charge_due_fees(at=JANUARY) == 2
    assert [kind for kind, _ in fees()].count("activation_fee") == 1


def test_a_change_of_plan_changes_the_fee_with_the_next_period() -> None:
    subscription = make_subscription(make_company(at=NOVEMBER), a_plan(fee=Decimal(5)), at=NOVEMBER)
    charge_due_fees(at=NOVEMBER)
    change_plan(subscription, a_plan(fee=Decimal(7)), at=MID_NOVEMBER, by=BY, now=MID_NOVEMBER)
    charge_due_fees(at=DECEMBER)

    assert fees() == [("monthly_fee", Decimal(5)), ("monthly_fee", Decimal(7))]


@pytest.mark.django_db(transaction=True)
def test_two_workers_charge_a_fee_once() -> None:
    company = make_company(at=NOVEMBER)
    for _ in range(5):
        make_subscription(company, a_plan(fee=Decimal(5)), at=NOVEMBER)

    results = at_once(*[lambda: charge_due_fees(at=NOVEMBER)] * 3)

    assert not failures(results)
    assert Charge.objects.count() == 5
    assert money_of(company) == Decimal(-25)
