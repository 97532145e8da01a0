"""Hours charged: which count, what they cost, and that each is charged once."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from billing.ledger.queries import balance
from billing.metering.models import Charge, UsageReject
from telecom.network.actions.accrual import accrue_due
from telecom.network.actions.holding import release_address, release_instance
from telecom.network.calc import AddressKind
from tests.books import faults
from tests.factories import BY, NOW, make_company
from tests.telecom.network.cloud import (
    HOUR,
    amounts,
    live,
    make_address,
    make_instance,
    make_offering,
    make_prices,
    switch,
)

pytestmark = pytest.mark.django_db
D = Decimal
TWENTY_PAST = NOW + timedelta(minutes=20)


def test_an_instance_costs_its_price_each_full_hour_it_is_held() -> None:
    company = make_company(billing_type="postpaid", credit_limit=None, tax_percent=D(20))
    instance = make_instance(company, make_offering(), at=TWENTY_PAST)
    end = live(start=TWENTY_PAST, hours=10)
    assert amounts(instance) == [D("0.1")] * 10
    assert balance(company).balance == D("-1.2")
    release_instance(instance.pk, by=BY, at=end)
    live(start=end, hours=3)
    assert len(amounts(instance)) == 10
    assert faults() == []


def test_what_is_gone_before_its_first_full_hour_counts_one() -> None:
    company = make_company(billing_type="postpaid", credit_limit=None)
    instance = make_instance(company, make_offering(), at=TWENTY_PAST)
    release_instance(instance.pk, by=BY, at=TWENTY_PAST + timedelta(minutes=5))
    live(start=TWENTY_PAST, hours=3)
    assert amounts(instance) == [D("0.1")]
    assert UsageReject.objects.count() == 0


def test_a_pause_is_caught_up_hour_by_hour_at_the_prices_of_each_hour() -> None:
    company = make_company(billing_type="postpaid", credit_limit=None)
    make_prices()
    instance = make_instance(company, make_offering(), at=NOW)
    address = make_address(company, AddressKind.DEFAULT, instance=instance, at=NOW)
    switch("default_ip_charge", on=False, at=NOW + 30 * HOUR - timedelta(minutes=1))
    make_prices("0.007", at=NOW + 20 * HOUR)
    assert accrue_due(at=NOW + 49 * HOUR) == 100
    assert amounts(address) == [D("0.005")] * 20 + [D("0.007")] * 10 + [D(0)] * 20
    assert accrue_due(at=NOW + 49 * HOUR) == 0
    features = Charge.objects.filter(subscription=address.subscription_id).order_by("started_at")
    kept = [row.features.values["default_ip_charge"] for row in features]
    assert kept == [True] * 30 + [False] * 20
    assert faults() == []


def test_the_oldest_chargeable_public_address_is_free_and_then_the_next() -> None:
    company = make_company(billing_type="postpaid", credit_limit=None)
    make_prices()
    switch("free_for_one_ip", on=True, at=NOW)
    first, second = (make_address(company, at=TWENTY_PAST) for _ in range(2))
    end = live(start=TWENTY_PAST, hours=2)
    assert amounts(first) == [D(0)] * 2
    assert amounts(second) == [D("0.005")] * 2
    release_address(first.pk, by=BY, at=end)
    live(start=end, hours=2)
    assert amounts(first) == [D(0)] * 2
    assert amounts(second) == [D("0.005")] * 2 + [D(0)] * 2
