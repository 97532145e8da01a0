"""What can be had, and what it costs. Prices stand in the catalog, as those of all plans do."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from accounts.audit.actions import record
from billing.catalog.actions import add_version, create_plan
from billing.catalog.models import Plan, PlanKind, PlanVersion
from billing.catalog.terms import PlanTerms, PriceTerms
from billing.money.calc import plain
from telecom.network.calc import Tariff, Terms, price_of
from telecom.network.models import AddressPrice, Offering
from telecom.network.pricing import SHARE_OF_FEE

INSTANCE_HOURS, IP_HOURS = "instance_hours", "ip_hours"
_PER_HOUR = PriceTerms(unit="hour")


@transaction.atomic
def create_offering(
    name: str,
    *,
    currency: str,
    by: str,
    at: datetime,
    hourly_price: Decimal | None = None,
    monthly_fee: Decimal | None = None,
    is_custom: bool = False,
) -> Offering:
    """Offer a kind of instance: at a price per hour, or at a fee per billing period."""
    prices = [replace(_PER_HOUR, per_unit=hourly_price or Decimal(0))]
    if monthly_fee is not None:
        prices.append(replace(_PER_HOUR, per_unit=Decimal(0), note=SHARE_OF_FEE))
    plan = create_plan(
        name,
        kind=PlanKind.METERED,
        currency=currency,
        meter=INSTANCE_HOURS,
        terms=PlanTerms(prices=tuple(prices)),
        labels=["instance"],
        runs_past_limit=is_custom,
        at=at,
        by=by,
    )
    offering = Offering.objects.create(
        name=name,
        currency=currency,
        hourly_price=hourly_price,
        monthly_fee=monthly_fee,
        is_custom=is_custom,
        version=plan.versions.get(),
        created_at=at,
    )
    record(
        "offering.created",
        actor=by,
        at=at,
        target=str(offering.pk),
        after={
            "name": name,
            "hourly_price": _text(hourly_price),
            "monthly_fee": _text(monthly_fee),
        },
    )
    return offering


@transaction.atomic
def withdraw_offering(offering: Offering, *, by: str, at: datetime) -> None:
    """Nobody gets a new instance of it; those that run go on."""
    Offering.objects.filter(pk=offering.pk).update(is_on_offer=False)
    record("offering.withdrawn", actor=by, at=at, target=str(offering.pk))


@transaction.atomic
def set_address_prices(
    currency: str, *, public: Decimal, secondary: Decimal, by: str, at: datetime
) -> AddressPrice:
    """What an hour of an address costs from now on; hours before keep their price."""
    tariff = Tariff(public=public, secondary=secondary)
    price = AddressPrice.objects.create(
        currency=currency,
        public=public,
        secondary=secondary,
        effective_from=at,
        version=_version(currency, tariff, by=by, at=at),
        set_by=by,
    )
    after = {"public": plain(public), "secondary": plain(secondary)}
    record("address_prices.set", actor=by, at=at, target=currency, after=after)
    return price


def _version(currency: str, tariff: Tariff, *, by: str, at: datetime) -> PlanVersion:
    """The prices as a version of the plan of addresses: one for each of the terms."""
    standing = replace(_PER_HOUR, per_unit=tariff.public)
    noted = [
        replace(_PER_HOUR, per_unit=price_of(terms, tariff), note=terms.value) for terms in Terms
    ]
    terms = PlanTerms(prices=(standing, *noted))
    plan = Plan.objects.filter(versions__address_price__currency=currency).first()
    if plan is not None:
        return add_version(plan, terms=terms, at=at, by=by)
    created = create_plan(
        "Network addresses",
        kind=PlanKind.METERED,
        currency=currency,
        meter=IP_HOURS,
        terms=terms,
        labels=["addresses"],
        at=at,
        by=by,
    )
    return created.versions.get()


def _text(amount: Decimal | None) -> str | None:
    return None if amount is None else plain(amount)
