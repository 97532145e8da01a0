"""What an hour of an instance or of an address costs, and which hours count. Pure: no Django.

Estimate, hourly accrual, network page and invoice all go by `address_terms`, `price_of` and
`share_of_fee`; nothing else decides about a price.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import TypeVar

from billing.money.calc import EXACT, round12

HOUR = timedelta(hours=1)
HOURS_OF_A_MONTH = Decimal(730)
"""A twelfth of a year of 365 days: what an estimate calls a month where no monthly fee applies."""

NOTHING = Decimal(0)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_INSTANT = timedelta(microseconds=1)

Key = TypeVar("Key", bound=Hashable)


class AddressKind(StrEnum):
    """Default and additional addresses are public; a secondary one is a further one of an
    instance's own network."""

    DEFAULT = "default"
    ADDITIONAL = "additional"
    SECONDARY = "secondary"


class Terms(StrEnum):
    """How an address is charged in an hour; the value is what the invoice says of it."""

    DEFAULT = "default address"
    ADDITIONAL = "additional address"
    SECONDARY = "secondary address"
    FREE_DEFAULT = "default address, free"
    FREE_FIRST = "oldest public address, free"
    FREE_SECONDARY = "secondary address, free"

    @property
    def is_free(self) -> bool:
        return self in (Terms.FREE_DEFAULT, Terms.FREE_FIRST, Terms.FREE_SECONDARY)


@dataclass(frozen=True)
class Rules:
    """The features that decide about addresses, as of an hour."""

    default_ip_charge: bool
    free_for_one_ip: bool
    secondary_ip_billing: bool


@dataclass(frozen=True)
class Tariff:
    """Prices of an hour, by the price list."""

    public: Decimal
    secondary: Decimal


def address_terms(held: Sequence[tuple[Key, AddressKind]], rules: Rules) -> dict[Key, Terms]:
    """How each address is charged in an hour, of all that a company holds, oldest first.

    `default_ip_charge` decides about default addresses, `secondary_ip_billing` about secondary
    ones, additional ones are always charged; then the oldest public one that would be charged is
    free if `free_for_one_ip` is on.
    """
    terms = {key: _terms_of(kind, rules) for key, kind in held}
    if rules.free_for_one_ip:
        public = (Terms.DEFAULT, Terms.ADDITIONAL)
        oldest = next((key for key, _ in held if terms[key] in public), None)
        if oldest is not None:
            terms[oldest] = Terms.FREE_FIRST
    return terms


def price_of(terms: Terms, tariff: Tariff) -> Decimal:
    """What an hour on these terms costs."""
    if terms.is_free:
        return NOTHING
    return tariff.secondary if terms is Terms.SECONDARY else tariff.public


def share_of_fee(fee: Decimal, *, hour: int, of: int) -> Decimal:
    """The part of a monthly fee that falls to an hour of the billing period, counted from 1.

    What is due by the end of the hour less what was due before it, so that all hours of a period
    sum to the fee exactly: 10 over 720 hours is 0.013888888889 in the first, and 10 in all.
    """
    return _due_by(fee, hour, of) - _due_by(fee, hour - 1, of)


def place_in_period(instant: datetime, *, start: datetime, end: datetime) -> tuple[int, int]:
    """Which of the full hours of a period an instant belongs to, and how many there are."""
    first = full_hour_from(start)
    hours = (full_hour_from(end) - first) // HOUR
    return min(max((instant - first) // HOUR + 1, 1), hours), hours


def hours_due(first: datetime, *, until: datetime, end: datetime | None) -> Iterator[datetime]:
    """`first` and the full hours after it, through `until`, as far as they lie before `end`."""
    hour = first
    while hour <= until and (end is None or hour < end):
        yield hour
        hour = hour_after(hour)


def full_hour_from(instant: datetime) -> datetime:
    """The first full hour (UTC) at or after an instant."""
    return instant + (_EPOCH - instant) % HOUR


def hour_after(instant: datetime) -> datetime:
    """The first full hour after an instant."""
    return full_hour_from(instant + _INSTANT)


def first_hour_of(held_from: datetime, *, released_at: datetime) -> datetime:
    """The first hour that counts: the first full one, or for what was gone by then its start."""
    full = full_hour_from(held_from)
    return full if full < released_at else held_from


def _terms_of(kind: AddressKind, rules: Rules) -> Terms:
    if kind is AddressKind.DEFAULT:
        return Terms.DEFAULT if rules.default_ip_charge else Terms.FREE_DEFAULT
    if kind is AddressKind.SECONDARY:
        return Terms.SECONDARY if rules.secondary_ip_billing else Terms.FREE_SECONDARY
    return Terms.ADDITIONAL


def _due_by(fee: Decimal, hour: int, of: int) -> Decimal:
    return round12(EXACT.divide(EXACT.multiply(fee, Decimal(hour)), Decimal(of)))
