"""Writes of the catalog: plans and their versions, zones, meters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from functools import partial
from itertools import zip_longest

from django.db import IntegrityError, transaction

from accounts.audit.actions import record
from accounts.companies.models import Company
from billing.catalog.calc import BASE_UNITS_OF_METERS, INCREMENTS, UNITS, per_base
from billing.catalog.exceptions import InvalidPlan
from billing.catalog.models import (
    Meter,
    Plan,
    PlanKind,
    PlanVersion,
    Price,
    PriceRate,
    PriceTier,
    RefillSize,
    VersionFee,
    Zone,
)
from billing.catalog.queries import lock_plan
from billing.catalog.rules import check_countries, check_terms, check_unit, place_of, resolved_mode
from billing.catalog.terms import PlanTerms, PriceTerms, TierTerms

_FREE_USE = (PlanKind.UNLIMITED,)


@transaction.atomic
def create_plan(
    name: str,
    *,
    kind: str,
    currency: str,
    terms: PlanTerms,
    at: datetime,
    by: str,
    meter: str = "data",
    operator: str = "",
    companies: Sequence[Company] = (),
    labels: Sequence[str] = (),
    details: str = "",
    runs_past_limit: bool = False,
) -> Plan:
    """Store a plan and its first version. Without companies it is general."""
    plan = Plan.objects.create(
        name=name,
        kind=kind,
        currency=currency,
        meter=ensure_meter(meter, unit=_unit_of(meter, terms)),
        operator=operator,
        labels=list(labels),
        details=details,
        runs_past_limit=runs_past_limit,
        created_at=at,
    )
    plan.companies.set(companies)
    add_version(plan, terms=terms, at=at, by=by)
    record("plan.created", actor=by, at=at, target=str(plan.pk), after={"name": name, "kind": kind})
    return plan


@transaction.atomic
def add_version(plan: Plan, *, terms: PlanTerms, at: datetime, by: str) -> PlanVersion:
    """Give a plan new prices from `effective_from` (else `at`) on; subscriptions keep theirs."""
    plan = lock_plan(plan.pk)
    terms = in_currencies(terms, plan.currency)
    check_terms(terms, kind=plan.kind, meter=plan.meter)
    version = PlanVersion.objects.create(
        plan=plan,
        number=plan.versions.count() + 1,
        effective_from=terms.effective_from or at,
        prorated=terms.is_prorated,
        fee=terms.fee,
        fee_for=terms.fee_for,
        activation_fee=terms.activation_fee,
        included=terms.included,
        overage_price=terms.overage_price,
        validity_days=terms.validity_days,
        increment=terms.increment,
        increment_base=INCREMENTS[terms.increment],
        billing_starts=terms.billing_starts,
        created_at=at,
        created_by=by,
    )
    RefillSize.objects.bulk_create(
        RefillSize(version=version, amount_mb=r.amount_mb, credit=r.credit, price=r.price)
        for r in terms.refills
    )
    VersionFee.objects.bulk_create(
        VersionFee(
            version=version,
            currency=fees.currency,
            fee=fees.fee,
            activation_fee=fees.activation_fee,
        )
        for fees in terms.fees
    )
    _add_prices(version, _all_prices(plan, terms))
    record(
        "plan.version_added", actor=by, at=at, target=str(plan.pk), after={"number": version.number}
    )
    return version


@transaction.atomic
def create_zone(name: str, *, countries: Sequence[str], at: datetime, by: str) -> Zone:
    """Name a group of countries."""
    check_countries(countries, attr="countries")
    try:
        with transaction.atomic():
            zone = Zone.objects.create(name=name, countries=list(countries))
    except IntegrityError as error:
        raise InvalidPlan("name_taken", f"There is a zone {name!r} already.", "name") from error
    record("zone.created", actor=by, at=at, target=name, after={"countries": list(countries)})
    return zone


def ensure_meter(key: str, *, unit: str) -> Meter:
    """The meter of that key; a new one counts the base unit of the unit it is first priced in."""
    base_unit = BASE_UNITS_OF_METERS.get(key, UNITS[unit].base_unit)
    title = key.replace("_", " ").replace("-", " ").capitalize()
    meter, _ = Meter.objects.get_or_create(
        key=key, defaults={"title": title, "base_unit": base_unit}
    )
    return meter


def _unit_of(meter: str, terms: PlanTerms) -> str:
    """The unit that the plan's own meter is priced in, bytes when it is not."""
    units = (price.unit for price in terms.prices if price.meter in ("", meter))
    return next(units, Price.Unit.BYTE)


def _all_prices(plan: Plan, terms: PlanTerms) -> list[PriceTerms]:
    """Each price with its meter; an overage price, and free use, are default prices."""
    prices = [replace(price, meter=price.meter or plan.meter_id) for price in terms.prices]
    default = partial(PriceTerms, meter=plan.meter_id, unit=Price.Unit.MB)
    if terms.overage_price is not None:
        prices.append(default(per_unit=terms.overage_price))
    elif plan.kind in _FREE_USE and not prices:
        prices.append(default(per_unit=Decimal(0)))
    return prices


def in_currencies(terms: PlanTerms, currency: str) -> PlanTerms:
    """The terms with the plan's own currency left unsaid."""
    prices = (
        replace(price, currency="") if price.currency == currency else price
        for price in terms.prices
    )
    fees = (each for each in terms.fees if each.currency != currency)
    return replace(terms, prices=tuple(prices), fees=tuple(fees))


def _add_prices(version: PlanVersion, prices: Sequence[PriceTerms]) -> None:
    """Those in the plan's currency first: the others stand for them."""
    own: dict[tuple[str, str, str], Price] = {}
    for index, price in enumerate(prices):
        if not price.currency:
            own[place_of(price, "")] = _add_price(version, price, attr=f"prices.{index}")
    for index, price in enumerate(prices):
        if price.currency:
            stands_for = own[place_of(price, "")]
            _add_price(version, price, attr=f"prices.{index}", given_for=stands_for)


def _add_price(
    version: PlanVersion, terms: PriceTerms, *, attr: str, given_for: Price | None = None
) -> Price:
    meter = ensure_meter(terms.meter, unit=terms.unit)
    if not terms.is_blocked:
        check_unit(meter, terms.unit, attr=f"{attr}.unit")
    highest = max((tier.per_unit for tier in terms.tiers), default=terms.per_unit)
    price = Price.objects.create(
        version=version,
        meter=meter,
        country=terms.country,
        zone=terms.zone,
        per_unit=terms.per_unit,
        unit=terms.unit,
        tier_mode=resolved_mode(terms),
        is_blocked=terms.is_blocked,
        note=terms.note,
        currency=terms.currency,
        given_for=given_for,
        per_base=per_base(highest or Decimal(0), terms.unit) if given_for else None,
    )
    _add_tiers(price, terms.tiers)
    if not terms.note and given_for is None:
        _resolve(price, highest=highest)
    return price


def _add_tiers(price: Price, tiers: Sequence[TierTerms]) -> None:
    size = UNITS[price.unit].size
    starts = [tier.from_units * size for tier in tiers]
    PriceTier.objects.bulk_create(
        PriceTier(
            price=price,
            from_quantity=start,
            to_quantity=end,
            per_unit=tier.per_unit,
            per_base=per_base(tier.per_unit, price.unit),
        )
        for tier, start, end in zip_longest(tiers, starts, starts[1:])
    )


def _resolve(price: Price, *, highest: Decimal | None) -> None:
    """Write the price down for each country it holds in; a country's own price beats its zone's."""
    places = price.zone.countries if price.zone else [price.country]
    rates = PriceRate.objects.filter(version=price.version, meter=price.meter, country__in=places)
    if price.zone:
        own = set(rates.values_list("country", flat=True))
        places = [country for country in places if country not in own]
    else:
        rates.delete()
    PriceRate.objects.bulk_create(
        PriceRate(
            version=price.version,
            meter=price.meter,
            country=country,
            price=price,
            per_base=per_base(highest or Decimal(0), price.unit),
            is_tiered=price.tier_mode != Price.TierMode.FLAT,
            is_blocked=price.is_blocked,
        )
        for country in places
    )
