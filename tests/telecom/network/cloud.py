"""A cloud to test with: an offering at 0.10, public addresses at 0.005, secondary at 0.002."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from accounts.companies.models import Company
from accounts.events.tasks import dispatch_outbox
from billing.metering.models import Charge
from features.actions import set_value
from telecom.network.actions.accrual import accrue_due
from telecom.network.actions.holding import acquire_address, create_instance
from telecom.network.actions.offering import create_offering, set_address_prices
from telecom.network.calc import AddressKind
from telecom.network.models import Address, Instance, Offering, Resource
from tests.factories import BY, LONG_AGO

D = Decimal
HOUR = timedelta(hours=1)


def make_offering(
    *,
    price: str | None = "0.10",
    fee: str | None = None,
    is_custom: bool = False,
    currency: str = "USD",
) -> Offering:
    return create_offering(
        "Small",
        currency=currency,
        hourly_price=D(price) if price else None,
        monthly_fee=D(fee) if fee else None,
        is_custom=is_custom,
        by=BY,
        at=LONG_AGO,
    )


def make_prices(
    public: str = "0.005", secondary: str = "0.002", *, at: datetime = LONG_AGO
) -> None:
    set_address_prices("USD", public=D(public), secondary=D(secondary), by=BY, at=at)


def make_instance(company: Company, offering: Offering, *, at: datetime) -> Instance:
    return create_instance(company, offering, name="web", by=BY, at=at)


def make_address(
    company: Company,
    kind: AddressKind = AddressKind.ADDITIONAL,
    *,
    at: datetime,
    instance: Instance | None = None,
) -> Address:
    return acquire_address(company, kind=kind, instance=instance, by=BY, at=at)


def switch(key: str, *, on: bool, at: datetime) -> None:
    set_value(key, value=on, reason="Test", by=BY, at=at)


def live(*, start: datetime, hours: int) -> datetime:
    """Hour by hour, as beat does; returns when it ended."""
    for number in range(1, hours + 1):
        accrue_due(at=start + number * HOUR)
        dispatch_outbox(at=start + number * HOUR)
    return start + hours * HOUR


def amounts(resource: Resource) -> list[Decimal]:
    """What its hours cost, in order of time."""
    rows = Charge.objects.filter(subscription=resource.subscription_id).order_by("started_at", "id")
    return [amount.normalize() for amount in rows.values_list("amount", flat=True)]
