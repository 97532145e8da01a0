"""What is paid for by the hour, priced: for the accrual, for estimates, and for the pages."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from uuid import UUID

from django.utils.translation import gettext_noop

from accounts.companies.models import Company
from billing.catalog.models import Price
from billing.metering.calc import HOURS
from billing.metering.choosing import Choice, Use, prices_records_of
from billing.money.calc import round12
from billing.profiles.display import display_of
from billing.profiles.queries import profile_of
from billing.subscriptions.periods import ensure_period
from billing.tax.queries import terms_of
from telecom.network.calc import (
    HOURS_OF_A_MONTH,
    AddressKind,
    Rules,
    Terms,
    address_terms,
    place_in_period,
    price_of,
    share_of_fee,
)
from telecom.network.exceptions import OfferingCurrency
from telecom.network.exchange import (
    Exchange,
    address_price_for,
    exchange_for,
    is_payable,
    period_around,
    required_address_price,
)
from telecom.network.models import Address, Instance, Offering
from telecom.network.queries import (
    PriceList,
    addresses_ever,
    held_at,
    price_list,
    rules_of,
    rules_over_time,
    tariff_of,
)

STANDING, SHARE_OF_FEE = "", "share of the monthly fee"
REASONS = {
    Terms.DEFAULT: gettext_noop("A default public address is charged per hour."),
    Terms.ADDITIONAL: gettext_noop("An additional public address is charged per hour."),
    Terms.SECONDARY: gettext_noop("A secondary address is charged per hour."),
    Terms.FREE_DEFAULT: gettext_noop("Default public addresses are free."),
    Terms.FREE_FIRST: gettext_noop("The oldest public address of an account is free."),
    Terms.FREE_SECONDARY: gettext_noop("Secondary addresses are free."),
}
ITEMS = {
    AddressKind.DEFAULT: gettext_noop("Default address"),
    AddressKind.ADDITIONAL: gettext_noop("Additional address"),
    AddressKind.SECONDARY: gettext_noop("Secondary address"),
}
BY_THE_HOUR = gettext_noop("An instance is charged per hour.")
BY_THE_MONTH = gettext_noop(
    "A whole billing period costs the monthly fee; each hour is its share of it."
)


@dataclass(frozen=True)
class Line:
    """Something paid for by the hour, what an hour and a month of it cost, and why."""

    item: str
    per_hour: Decimal
    per_month: Decimal
    reason: str
    is_free: bool = False

    def exchanged(self, exchange: Exchange) -> Line:
        """The line in the account's currency."""
        if exchange.rate is None:
            return self
        return replace(
            self, per_hour=exchange.of(self.per_hour), per_month=exchange.of(self.per_month)
        )

    @property
    def mark(self) -> str:
        """The state that a page shows of it."""
        return "free" if self.is_free else "charged"


@dataclass(frozen=True)
class EstimateDisplay:
    """The sums of an estimate in the currency that the company likes to see."""

    currency: str
    per_hour: Decimal
    per_month: Decimal
    units_per_base: Decimal
    valid_from: datetime


@dataclass(frozen=True)
class Estimate:
    """What something would cost if it were acquired now, before tax, or with it where the prices
    of the account include it."""

    lines: list[Line]
    currency: str
    includes_tax: bool
    display: EstimateDisplay | None = None

    @property
    def per_hour(self) -> Decimal:
        return sum((line.per_hour for line in self.lines), Decimal(0))

    @property
    def per_month(self) -> Decimal:
        return sum((line.per_month for line in self.lines), Decimal(0))


def estimate(
    company: Company,
    *,
    at: datetime,
    offering: Offering | None = None,
    kinds: Sequence[AddressKind] = (),
) -> Estimate:
    """What an instance and addresses would cost, beside what the company holds at that instant."""
    currency = profile_of(company.pk).currency
    lines = []
    if offering is not None:
        if not is_payable(company, offering.currency, at=at):
            raise OfferingCurrency(offering, currency)
        lines.append(offering_line(offering, company, at=at))
    if kinds:
        lines += _new_addresses(company, kinds, at=at)
    found = Estimate(lines, currency, terms_of(company.pk, at=at).includes_tax)
    return replace(found, display=_display(company, found, at=at))


def _display(company: Company, found: Estimate, *, at: datetime) -> EstimateDisplay | None:
    display = display_of(profile_of(company.pk), at=at)
    if display is None:
        return None
    return EstimateDisplay(
        currency=display.currency,
        per_hour=round12(display.exact(found.per_hour)),
        per_month=round12(display.exact(found.per_month)),
        units_per_base=display.rate.units_per_base,
        valid_from=display.rate.valid_from,
    )


def offering_line(offering: Offering, company: Company, *, at: datetime) -> Line:
    """An instance of the offering, in the account's currency. Raises NoExchangeRate."""
    line = _offering_line(offering, company, at=at)
    return line.exchanged(exchange_for(company, offering.currency, at=at))


def _offering_line(offering: Offering, company: Company, *, at: datetime) -> Line:
    price = offering.hourly_price
    if price is not None:
        return Line(offering.name, price, price * HOURS_OF_A_MONTH, BY_THE_HOUR)
    fee = offering.monthly_fee or Decimal(0)
    per_hour = _share(fee, at, period_around(company, at))
    return Line(offering.name, per_hour, fee, BY_THE_MONTH)


def held_lines(company: Company, *, at: datetime) -> dict[UUID, Line]:
    """What each address that the company holds costs at that instant, and why."""
    mine = held_at(addresses_ever([company.pk])[company.pk], at)
    terms = address_terms([(row.pk, AddressKind(row.kind)) for row in mine], _rules(company, at))
    price = address_price_for(company, at=at)
    if price is None:
        return {}
    tariff, exchange = tariff_of(price), exchange_for(company, price.currency, at=at)
    return {
        row.pk: _address_line(
            AddressKind(row.kind), terms[row.pk], exchange.of(price_of(terms[row.pk], tariff))
        )
        for row in mine
    }


def _new_addresses(company: Company, kinds: Sequence[AddressKind], *, at: datetime) -> list[Line]:
    price = required_address_price(company, at=at)
    exchange = exchange_for(company, price.currency, at=at)
    mine = held_at(addresses_ever([company.pk])[company.pk], at)
    held: list[tuple[UUID | int, AddressKind]] = [(row.pk, AddressKind(row.kind)) for row in mine]
    terms = address_terms([*held, *enumerate(kinds)], _rules(company, at))
    tariff = tariff_of(price)
    return [
        _address_line(kind, terms[number], exchange.of(price_of(terms[number], tariff)))
        for number, kind in enumerate(kinds)
    ]


def _rules(company: Company, at: datetime) -> Rules:
    return rules_of(rules_over_time([company.pk], first=at, last=at)[company.pk], at)


def _address_line(kind: AddressKind, terms: Terms, per_hour: Decimal) -> Line:
    per_month = per_hour * HOURS_OF_A_MONTH
    return Line(ITEMS[kind], per_hour, per_month, REASONS[terms], is_free=terms.is_free)


@prices_records_of(HOURS)
def choose(uses: Sequence[Use]) -> dict[int, Choice]:
    """The price of each hour, as of its beginning."""
    subscriptions = {use.subscription_id for use in uses}
    machines = Instance.objects.filter(subscription__in=subscriptions)
    running = {row.subscription_id: row for row in machines.select_related("offering", "company")}
    found = Address.objects.filter(subscription__in=subscriptions)
    rows = {row.subscription_id: row for row in found.select_related("subscription__plan")}
    instants = [use.started_at for use in uses]
    book = _Book(rows.values(), first=min(instants), last=max(instants))
    notes = _Notes({row.offering.version_id for row in running.values()} | book.version_ids)
    chosen = {}
    for use in uses:
        if use.subscription_id in running:
            instance = running[use.subscription_id]
            chosen[use.n] = _of_instance(instance, use.started_at, notes)
        else:
            chosen[use.n] = book.choice(rows[use.subscription_id], use.started_at, notes)
    return chosen


class _Notes:
    """The prices of versions by their notes."""

    def __init__(self, version_ids: Collection[UUID]) -> None:
        rows = Price.objects.filter(version__in=version_ids)
        self._prices = {(row.version_id, row.note): row.pk for row in rows}

    def choice(self, version_id: UUID, note: str, per_base: Decimal) -> Choice:
        return Choice(version_id, self._prices[version_id, note], per_base)


class _Book:
    """What decides about the hours of addresses, read once for all of them."""

    def __init__(self, rows: Iterable[Address], *, first: datetime, last: datetime) -> None:
        self._rows = list(rows)
        self._companies = {row.company_id for row in self._rows}
        self._rules = rules_over_time(self._companies, first=first, last=last)
        self._terms: dict[tuple[UUID, datetime], dict[UUID, Terms]] = {}

    @cached_property
    def _ever(self) -> dict[UUID, list[Address]]:
        return addresses_ever(self._companies)

    @cached_property
    def _lists(self) -> dict[str, PriceList]:
        currencies = {row.subscription.plan.currency for row in self._rows}
        lists = {currency: price_list(currency) for currency in currencies}
        return {currency: prices for currency, prices in lists.items() if prices}

    @property
    def version_ids(self) -> set[UUID]:
        return {row.version_id for prices in self._lists.values() for row in prices.prices}

    def choice(self, address: Address, instant: datetime, notes: _Notes) -> Choice:
        price = self._lists[address.subscription.plan.currency].at(instant)
        terms = self._terms_at(address.company_id, instant)[address.pk]
        return notes.choice(price.version_id, terms.value, price_of(terms, tariff_of(price)))

    def _terms_at(self, company_id: UUID, instant: datetime) -> dict[UUID, Terms]:
        key = company_id, instant
        if key not in self._terms:
            mine = held_at(self._ever[company_id], instant)
            held = [(row.pk, AddressKind(row.kind)) for row in mine]
            self._terms[key] = address_terms(held, rules_of(self._rules[company_id], instant))
        return self._terms[key]


def _of_instance(instance: Instance, instant: datetime, notes: _Notes) -> Choice:
    offering = instance.offering
    if offering.hourly_price is not None:
        return notes.choice(offering.version_id, STANDING, offering.hourly_price)
    period = ensure_period(instance.company, instant)
    fee = offering.monthly_fee or Decimal(0)
    share = _share(fee, instant, (period.starts_at, period.ends_at))
    return notes.choice(offering.version_id, SHARE_OF_FEE, share)


def _share(fee: Decimal, instant: datetime, period: tuple[datetime, datetime]) -> Decimal:
    hour, hours = place_in_period(instant, start=period[0], end=period[1])
    return share_of_fee(fee, hour=hour, of=hours)
