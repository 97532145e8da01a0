"""Amounts in the currency that a customer likes to see, beside the one that counts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from billing.currencies.calc import converted
from billing.currencies.models import ExchangeRate
from billing.currencies.queries import is_multi_currency, rate_at
from billing.money.calc import round_minor
from billing.profiles.models import BillingProfile


@dataclass(frozen=True)
class Display:
    """How amounts of an account are shown in another currency. For the eye: nothing is booked,
    asked for or compared by it."""

    rate: ExchangeRate

    @property
    def currency(self) -> str:
        return self.rate.currency

    def of(self, amount: Decimal) -> Decimal:
        """The amount in whole minor units, half-even."""
        return round_minor(self.exact(amount), self.currency)

    def exact(self, amount: Decimal) -> Decimal:
        return converted(amount, self.rate.units_per_base)


def display_of(profile: BillingProfile, *, at: datetime) -> Display | None:
    """None while the customer likes no other currency, there is no rate for it, or several
    currencies are not on offer."""
    if not profile.display_currency or not is_multi_currency(at=at):
        return None
    rate = rate_at(profile.currency, profile.display_currency, at=at)
    return None if rate is None else Display(rate)
