"""What stands between the currencies: the `fx` accounts at today's rates.

A card charged in euros for an account in dollars leaves fx:EUR +92 and fx:USD −100: we hold 92 EUR
for which we gave 100 USD of balance. At the rate of that day both are worth the same. When the euro
rises to 0.90 for a dollar, the 92 EUR are worth 102.22 USD, and 2.22 USD are gained.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from billing.currencies.calc import converted
from billing.currencies.models import ExchangeRate
from billing.currencies.queries import default_currency, rate_at
from billing.ledger.models import Account, AccountKind
from billing.ledger.queries import own_balance
from billing.money.calc import round_minor


@dataclass(frozen=True)
class Position:
    """The `fx` account of a currency, and what it is worth in the provider's own; None without a
    rate."""

    currency: str
    amount: Decimal
    rate: ExchangeRate | None
    worth: Decimal | None


@dataclass(frozen=True)
class Exchange:
    """All positions, and what they come to: above zero a gain, below a loss, realised or not.

    `unrated` are the currencies that have no rate and are left out of the sum.
    """

    currency: str
    positions: list[Position]

    @property
    def gain(self) -> Decimal:
        worth = (each.worth for each in self.positions if each.worth is not None)
        return round_minor(sum(worth, Decimal(0)), self.currency)

    @property
    def unrated(self) -> list[str]:
        return [each.currency for each in self.positions if each.worth is None]


def exchange_positions(*, at: datetime) -> Exchange:
    """The `fx` accounts that are not empty, at the rates in force."""
    own = default_currency(at=at)
    accounts = Account.objects.filter(kind=AccountKind.FX, company=None).order_by("currency")
    found = [(account.currency, own_balance(account)) for account in accounts]
    return Exchange(
        own, [_position(currency, amount, own, at=at) for currency, amount in found if amount]
    )


def _position(currency: str, amount: Decimal, own: str, *, at: datetime) -> Position:
    if currency == own:
        return Position(currency, amount, None, amount)
    rate = rate_at(currency, own, at=at)
    worth = None if rate is None else converted(amount, rate.units_per_base)
    return Position(currency, amount, rate, worth)
