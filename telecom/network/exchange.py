"""Prices of the cloud in another currency than the account's, for estimates and acquiring.

What is charged is converted when it is rated; an estimate goes by the same rate, the one of the
billing period at the time.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import QuerySet

from accounts.companies.models import Company
from billing.currencies.calc import converted
from billing.currencies.exceptions import NoExchangeRate
from billing.currencies.models import ExchangeRate
from billing.currencies.queries import default_currency, is_multi_currency, rate_of_period
from billing.money.calc import round12
from billing.profiles.queries import profile_of
from billing.subscriptions.calc import period_bounds
from billing.subscriptions.queries import period_at
from telecom.network.exceptions import NoAddressPrice
from telecom.network.models import AddressPrice, Offering
from telecom.network.queries import address_price, offerings


@dataclass(frozen=True)
class Exchange:
    """Brings amounts into the account's currency; without a rate they are in it already."""

    rate: ExchangeRate | None

    def of(self, amount: Decimal) -> Decimal:
        return amount if self.rate is None else round12(converted(amount, self.rate.units_per_base))


def exchange_for(company: Company, currency: str, *, at: datetime) -> Exchange:
    """From a currency into that of the company's account. Raises NoExchangeRate."""
    own = profile_of(company.pk).currency
    if currency == own:
        return Exchange(None)
    start, end = period_around(company, at)
    rate = rate_of_period(currency, own, start=start, end=end)
    if rate is None:
        raise NoExchangeRate(currency, own)
    return Exchange(rate)


def period_around(company: Company, at: datetime) -> tuple[datetime, datetime]:
    """The company's billing period at an instant, stored or not."""
    stored = period_at(company, at)
    if stored is not None:
        return stored.starts_at, stored.ends_at
    return period_bounds(at, billing_day=profile_of(company.pk).billing_day, zone=company.zone)


def is_payable(company: Company, currency: str, *, at: datetime) -> bool:
    """Whether the company may take what is priced in that currency."""
    return currency == profile_of(company.pk).currency or is_multi_currency(at=at)


def offerings_for(company: Company, *, at: datetime) -> QuerySet[Offering]:
    """Those in the account's currency; while several are on offer all of them."""
    rows = offerings()
    if is_multi_currency(at=at):
        return rows
    return rows.filter(currency=profile_of(company.pk).currency)


def address_price_for(company: Company, *, at: datetime) -> AddressPrice | None:
    """The price list in the account's currency, else, while several are on offer, the one in the
    default currency."""
    own = address_price(profile_of(company.pk).currency, at=at)
    if own is not None or not is_multi_currency(at=at):
        return own
    return address_price(default_currency(at=at), at=at)


def required_address_price(company: Company, *, at: datetime) -> AddressPrice:
    """As `address_price_for`. Raises NoAddressPrice."""
    price = address_price_for(company, at=at)
    if price is None:
        raise NoAddressPrice(profile_of(company.pk).currency)
    return price
