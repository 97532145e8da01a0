"""Several currencies on offer, with rates that figures are easily worked out by.

1 USD is 0.92 EUR, 150 JPY, 0.31 KWD, 0.80 GBP.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from billing.currencies.actions import set_rate
from billing.currencies.models import ExchangeRate
from features.actions import set_value
from tests.factories import BY, LONG_AGO

RATES = {"EUR": "0.92", "JPY": "150", "KWD": "0.31", "GBP": "0.80"}


def switch(*, on: bool, at: datetime = LONG_AGO) -> None:
    """Feature `multi_currency`."""
    set_value("multi_currency", value=on, reason="A test", by=BY, at=at)


def rate(currency: str, units: str, *, at: datetime = LONG_AGO) -> ExchangeRate:
    """So many units of the currency for one USD, from an instant on."""
    return set_rate(currency, units_per_base=Decimal(units), valid_from=at, by=BY, at=at)


def several_currencies(*, at: datetime = LONG_AGO) -> None:
    """Switched on, with `RATES`."""
    switch(on=True, at=at)
    for currency, units in RATES.items():
        rate(currency, units, at=at)
