"""What a source of exchange rates can do for us."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Protocol

from billing.currencies.calc import through


@dataclass(frozen=True, slots=True)
class Quotes:
    """Rates of a day: `units_per_base` of each currency for one unit of the source's own base."""

    base: str
    quoted_on: date
    units_per_base: Mapping[str, Decimal]

    def knows(self, currency: str) -> bool:
        return currency == self.base or currency in self.units_per_base

    def rate(self, base: str, currency: str) -> Decimal | None:
        """Units of `currency` for one `base`, through the source's base where it is neither.

        Rounded half-even to 18 decimals.
        """
        if not (self.knows(base) and self.knows(currency)):
            return None
        return through(self._units(base), to=self._units(currency))

    def _units(self, currency: str) -> Decimal:
        return Decimal(1) if currency == self.base else self.units_per_base[currency]


class RateSource(Protocol):
    """Where rates come from."""

    @property
    def name(self) -> str: ...

    def fetch(self) -> Quotes:
        """The newest rates. Raises RatesUnavailable, whatever went wrong."""
        ...
