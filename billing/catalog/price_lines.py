"""Prices as staff type them, one a line, and back.

    default 0.01 MB
    DE 0.005 MB
    Rest of Europe 0.02 MB
    input_tokens/default 0.0015 1k_tokens
    CU blocked

A line is a place, then a price and its unit, or `blocked`. A place is `default`, a country by its
two letters, or the name of a zone; a meter before it and a slash where it is not the plan's own.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from accounts.access.exceptions import Refused
from billing.catalog.calc import UNITS
from billing.catalog.models import Price, Zone
from billing.catalog.terms import PriceTerms
from billing.money.calc import InvalidAmount, parse_amount, plain

_LETTERS_OF_A_COUNTRY = 2
_DEFAULT, _BLOCKED = "default", "blocked"
_PARTS = 3


def read_prices(text: str) -> tuple[PriceTerms, ...]:
    """The prices in the lines. Raise Refused, naming the line."""
    lines = [(number, line.strip()) for number, line in enumerate(text.splitlines(), start=1)]
    return tuple(_read(line, number) for number, line in lines if line)


def written_prices(prices: Iterable[Price]) -> str:
    """The lines of stored prices; tiered ones are shown by their first step."""
    return "\n".join(_written(price) for price in prices)


def _read(line: str, number: int) -> PriceTerms:
    if line.endswith(f" {_BLOCKED}"):
        return _at(line.removesuffix(_BLOCKED).strip(), number, PriceTerms(is_blocked=True))
    parts = line.rsplit(maxsplit=2)
    if len(parts) != _PARTS:
        raise _wrong(number, "write a place, a price and a unit, such as DE 0.005 MB")
    place, amount, unit = parts
    if unit not in UNITS:
        raise _wrong(number, f"{unit} is not one of the units {', '.join(UNITS)}")
    try:
        price = PriceTerms(per_unit=parse_amount(amount), unit=unit)
    except InvalidAmount as error:
        raise _wrong(number, str(error)) from error
    return _at(place, number, price)


def _at(place: str, number: int, price: PriceTerms) -> PriceTerms:
    """The price for that place and meter."""
    meter, slash, where = place.rpartition("/")
    place = where if slash else place
    zone, country = None, ""
    if len(place) == _LETTERS_OF_A_COUNTRY:
        country = place.upper()
    elif place != _DEFAULT:
        zone = Zone.objects.filter(name=place).first()
        if zone is None:
            raise _wrong(number, f"there is no zone {place!r}")
    return PriceTerms(
        per_unit=price.per_unit,
        unit=price.unit,
        meter=meter,
        country=country,
        zone=zone,
        is_blocked=price.is_blocked,
    )


def _written(price: Price) -> str:
    place = price.country or (price.zone.name if price.zone else _DEFAULT)
    if price.meter_id != price.version.plan.meter_id:
        place = f"{price.meter_id}/{place}"
    if price.is_blocked:
        return f"{place} {_BLOCKED}"
    return f"{place} {plain(price.per_unit or Decimal(0))} {price.unit}"


def _wrong(number: int, why: str) -> Refused:
    return Refused("invalid_price", f"Line {number}: {why}.", "prices")
