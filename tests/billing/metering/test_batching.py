"""Cutting a stream of records into batches changes nothing: order of arrival is all that counts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from billing.catalog.calc import MB, Tier, graduated_total, volume_total
from billing.catalog.models import PlanKind
from billing.catalog.terms import PlanTerms, PriceTerms, TierTerms
from billing.metering.models import Charge, PeriodTotal
from billing.money.calc import round12
from billing.subscriptions.models import Allowance
from tests.billing.metering.usage import record, send
from tests.factories import NOW, make_company, make_plan, make_subscription

pytestmark = pytest.mark.django_db

quantities = st.lists(st.integers(0, 400), min_size=1, max_size=12)
cuts = st.lists(st.integers(1, 12), max_size=6)


def rated_in(batches: Sequence[Sequence[dict[str, object]]]) -> list[tuple[Decimal, int]]:
    for batch in batches:
        send(*batch)
    rows = Charge.objects.order_by("id")
    return list(rows.values_list("amount", "from_allowance"))


def cut(records: list[dict[str, object]], sizes: Sequence[int]) -> list[list[dict[str, object]]]:
    """The records in batches of these sizes, and what is left in one more."""
    batches = []
    for size in sizes:
        batches.append(records[:size])
        records = records[size:]
    return [batch for batch in [*batches, records] if batch]


@settings(max_examples=25, deadline=None)
@given(quantities=quantities, sizes=cuts, included=st.integers(0, 900))
def test_allowances_are_claimed_in_order_of_arrival(
    quantities: list[int], sizes: list[int], included: int
) -> None:
    expected, left = [], included
    for quantity in quantities:
        free = min(left, quantity)
        left -= free
        expected.append((Decimal(quantity - free), free))
    with transaction.atomic():
        terms = PlanTerms(included=included, overage_price=Decimal(MB))
        plan = make_plan(kind=PlanKind.PAY_PER_MB, terms=terms)
        make_subscription(make_company(), plan, subject="sim")
        records = [record("sim", quantity) for quantity in quantities]

        assert rated_in(cut(records, sizes)) == expected
        assert sum(Allowance.objects.values_list("used", flat=True)) == included - left
        transaction.set_rollback(True)


@settings(max_examples=25, deadline=None)
@given(quantities=quantities, sizes=cuts, mode=st.sampled_from(["graduated", "volume"]))
def test_tiers_are_climbed_in_order_of_arrival(
    quantities: list[int], sizes: list[int], mode: str
) -> None:
    steps = [(0, "0.0000015"), (100, "0.0000011"), (350, "0.0000007")]
    total = graduated_total if mode == "graduated" else volume_total
    tiers = [Tier(Decimal(start), Decimal(price)) for start, price in steps]
    expected, used = [], Decimal(0)
    for quantity in quantities:
        cost = total(tiers, used + quantity) - total(tiers, used)
        used += quantity
        expected.append((round12(cost), 0))
    with transaction.atomic():
        terms = tuple(TierTerms(Decimal(start), Decimal(price)) for start, price in steps)
        price = PriceTerms(unit="token", tiers=terms, tier_mode=mode)
        plan = make_plan(price, kind=PlanKind.METERED, meter="tokens")
        make_subscription(make_company(), plan, subject="key")
        records = [record("key", quantity) for quantity in quantities]

        assert rated_in(cut(records, sizes)) == expected
        transaction.set_rollback(True)


def test_each_period_and_subscription_has_an_allowance_of_its_own() -> None:
    terms = PlanTerms(included=100, overage_price=Decimal(MB))
    plan = make_plan(kind=PlanKind.PAY_PER_MB, terms=terms)
    company = make_company()
    for subject in ("one", "two"):
        make_subscription(company, plan, subject=subject)
    a_month_ago = NOW - timedelta(days=28)

    send(
        record("one", 80),
        record("two", 80),
        record("one", 80, at=a_month_ago),
        record("one", 80),
    )

    assert [row.amount for row in Charge.objects.order_by("id")] == [0, 0, 0, 60]
    totals = PeriodTotal.objects.order_by("period__starts_at")
    sums = [tuple(map(int, (t.quantity, t.included, t.amount))) for t in totals]
    assert sums == [(80, 80, 0), (240, 180, 60)]
