"""What a plan may not say. Each rule raises `InvalidPlan` naming the field."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from functools import cache
from itertools import pairwise

from django_countries import countries

from billing.catalog.calc import INCREMENTS, UNITS
from billing.catalog.exceptions import InvalidPlan
from billing.catalog.models import BaseUnit, Meter, PlanKind, Price
from billing.catalog.terms import PlanTerms, PriceTerms, RefillTerms

BEYOND_ISO = frozenset({"XK"})
"""Country codes in use that ISO 3166 leaves to its users: Kosovo."""

_NEEDS_A_PRICE = (PlanKind.PAYGO, PlanKind.METERED, PlanKind.PAY_PER_MB)


@cache
def country_codes() -> frozenset[str]:
    """The codes of ISO 3166, and those beyond it."""
    return BEYOND_ISO | {country.code for country in countries}


def is_country(code: str) -> bool:
    """Whether usage may be priced for that country code (upper case)."""
    return code in country_codes()


def check_countries(codes: Sequence[str], *, attr: str) -> None:
    """Refuse what is no country, and a country named twice."""
    for index, code in enumerate(codes):
        if not is_country(code):
            raise InvalidPlan(
                "unknown_country", f"{code!r} is not an ISO 3166 country.", f"{attr}.{index}"
            )
        if code in codes[:index]:
            raise InvalidPlan("duplicate_country", f"{code} is named twice.", f"{attr}.{index}")


def check_terms(terms: PlanTerms, *, kind: str, meter: Meter) -> None:
    """Refuse terms that contradict themselves or the kind of plan."""
    own = [price for price in terms.prices if not price.currency]
    _check_increment(terms, meter)
    _check_overage(terms, meter)
    has_price = bool(own) or terms.overage_price is not None
    if kind in _NEEDS_A_PRICE and not has_price:
        raise InvalidPlan("price_required", f"A {kind} plan needs at least one price.", "prices")
    for index, price in enumerate(terms.prices):
        _check_price(price, attr=f"prices.{index}")
    _check_places(own, meter)
    _check_given(terms, meter)
    for index, refill in enumerate(terms.refills):
        _check_refill(refill, attr=f"refills.{index}")


def check_unit(meter: Meter, unit: str, *, attr: str) -> None:
    """Refuse a price in a unit that its meter does not count in."""
    if UNITS[unit].base_unit != meter.base_unit:
        raise InvalidPlan(
            "unit_mismatch", f"Meter {meter.key} counts {meter.base_unit}, not {unit}.", attr
        )


def _check_increment(terms: PlanTerms, meter: Meter) -> None:
    if INCREMENTS[terms.increment] > 1 and meter.base_unit != BaseUnit.BYTE:
        raise InvalidPlan(
            "unit_mismatch", f"Meter {meter.key} does not count bytes.", attr="increment"
        )


def _check_overage(terms: PlanTerms, meter: Meter) -> None:
    if terms.overage_price is None:
        return
    if meter.base_unit != BaseUnit.BYTE:
        raise InvalidPlan(
            "unit_mismatch", f"Meter {meter.key} does not count bytes.", attr="overage_price"
        )
    for price in terms.prices:
        is_default = not price.country and price.zone is None and not price.currency
        if price.meter in ("", meter.key) and is_default:
            raise InvalidPlan(
                "duplicate_price", "The overage price is the default price.", "overage_price"
            )


def _check_price(price: PriceTerms, *, attr: str) -> None:
    if price.country and price.zone is not None:
        raise InvalidPlan("country_or_zone", "A price is for a country or a zone.", f"{attr}.zone")
    if price.country and not is_country(price.country):
        raise InvalidPlan(
            "unknown_country", f"{price.country!r} is not an ISO 3166 country.", f"{attr}.country"
        )
    if price.is_blocked:
        _check_blocked(price, attr=attr)
    elif price.tiers:
        _check_tiers(price, attr=attr)
    elif price.per_unit is None:
        raise InvalidPlan("required", "A price needs an amount per unit.", f"{attr}.per_unit")


def _check_blocked(price: PriceTerms, *, attr: str) -> None:
    if not price.country and price.zone is None:
        raise InvalidPlan("nothing_blocked", "Name the blocked country or zone.", f"{attr}.blocked")
    if price.per_unit is not None or price.tiers:
        raise InvalidPlan("blocked_has_a_price", "What is blocked has no price.", f"{attr}.blocked")


def _check_tiers(price: PriceTerms, *, attr: str) -> None:
    if price.per_unit is not None:
        raise InvalidPlan(
            "tiers_or_per_unit", "Tiers carry the prices themselves.", f"{attr}.per_unit"
        )
    starts = [tier.from_units for tier in price.tiers]
    if starts[0] != 0:
        raise InvalidPlan("tiers_start_at_zero", "The first tier starts at 0.", f"{attr}.tiers")
    if any(later <= earlier for earlier, later in pairwise(starts)):
        raise InvalidPlan("tiers_ascend", "Each tier starts above the last.", f"{attr}.tiers")
    size = UNITS[price.unit].size
    if any(start * size != int(start * size) for start in starts):
        raise InvalidPlan(
            "tiers_in_whole_units", "A tier starts at whole base units.", f"{attr}.tiers"
        )


def _check_places(prices: Sequence[PriceTerms], meter: Meter) -> None:
    """No meter has two prices for one country, one zone, or by default; nor by two zones. Those
    with a note are chosen among."""
    seen: set[tuple[str, str]] = set()
    for index, price in enumerate(prices):
        for place in [] if price.note else _places(price):
            if (price.meter or meter.key, place) in seen:
                raise InvalidPlan(
                    "duplicate_price", f"A second price for {place}.", f"prices.{index}"
                )
            seen.add((price.meter or meter.key, place))


def place_of(price: PriceTerms, meter: str) -> tuple[str, str, str]:
    """What a price is for, the same in every currency."""
    return price.meter or meter, price.country, price.zone.name if price.zone else ""


def _check_given(terms: PlanTerms, meter: Meter) -> None:
    """A price in another currency stands for one in the plan's, once; fees are given once."""
    own = {place_of(price, meter.key) for price in terms.prices if _can_be_given(price)}
    if terms.overage_price is not None:
        own.add((meter.key, "", ""))
    seen: set[tuple[str, tuple[str, str, str]]] = set()
    for index, price in enumerate(terms.prices):
        if not price.currency:
            continue
        attr, place = f"prices.{index}", place_of(price, meter.key)
        if price.is_blocked or price.note or place not in own:
            raise InvalidPlan(
                "price_required", "It needs a price in the plan's currency for the place.", attr
            )
        if (price.currency, place) in seen:
            raise InvalidPlan("duplicate_price", f"A second price in {price.currency}.", attr)
        seen.add((price.currency, place))
    codes = [fees.currency for fees in terms.fees]
    if len(set(codes)) < len(codes):
        raise InvalidPlan("duplicate_price", "Fees are given once in a currency.", "fees")


def _can_be_given(price: PriceTerms) -> bool:
    return not (price.currency or price.is_blocked or price.note)


def _places(price: PriceTerms) -> list[str]:
    if price.zone is not None:
        return [f"{country} by zone" for country in price.zone.countries]
    return [price.country or "all other countries"]


def _check_refill(refill: RefillTerms, *, attr: str) -> None:
    if (refill.amount_mb is None) == (refill.credit is None):
        raise InvalidPlan("data_or_credit", "A refill is either data or credit.", attr)
    if (refill.amount_mb or refill.credit or Decimal(0)) <= 0:
        raise InvalidPlan("invalid_amount", "A refill adds something.", attr)


def resolved_mode(price: PriceTerms) -> str:
    """How the price is counted: by its tiers, or flat when it has none."""
    return price.tier_mode if price.tiers else Price.TierMode.FLAT
