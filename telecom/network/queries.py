"""Reads of instances and addresses, and of what decides about their price."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from django.db.models import Min, Q, QuerySet

from accounts.companies.models import Company
from billing.currencies.queries import default_currency, is_multi_currency
from billing.metering.snapshots import courses_of
from billing.subscriptions.models import Subscription
from features.courses import Course
from telecom.network.calc import Rules, Tariff
from telecom.network.models import Address, AddressPrice, Instance, Offering, Resource

Held = TypeVar("Held", bound=Resource)


def offerings() -> QuerySet[Offering]:
    """What can be had."""
    return Offering.objects.filter(is_on_offer=True)


def instances() -> QuerySet[Instance]:
    """All instances with what a list shows of them."""
    return Instance.objects.select_related("company", "offering", "subscription")


def addresses() -> QuerySet[Address]:
    """All addresses with what a list shows of them."""
    return Address.objects.select_related("company", "instance", "subscription")


def has_cloud(company: Company, *, at: datetime) -> bool:
    """Whether instances and addresses mean anything to the company: there is an offering that
    it can take, or it holds some."""
    currencies = {company.billing_profile.currency}
    if is_multi_currency(at=at):
        currencies.add(default_currency(at=at))
    return (
        offerings().filter(currency__in=currencies).exists()
        or Instance.objects.filter(company=company).exists()
        or Address.objects.filter(company=company).exists()
    )


def held(rows: QuerySet[Held]) -> QuerySet[Held]:
    """Those not released."""
    return rows.filter(released_at=None)


def addresses_ever(company_ids: Collection[UUID]) -> dict[UUID, list[Address]]:
    """All addresses that companies hold or held, oldest first."""
    found: dict[UUID, list[Address]] = {company_id: [] for company_id in company_ids}
    rows = Address.objects.filter(company__in=company_ids).order_by("held_from", "id")
    for address in rows:
        found[address.company_id].append(address)
    return found


def held_at(rows: Iterable[Address], instant: datetime) -> list[Address]:
    """Those held at an instant, in the same order."""
    return [
        row
        for row in rows
        if row.held_from <= instant and (row.released_at is None or instant < row.released_at)
    ]


def lock_instance(instance_id: UUID) -> Instance:
    """The instance, locked; lock its company before."""
    rows = Instance.objects.select_for_update(no_key=True, of=("self",))
    return rows.select_related("company", "subscription").get(pk=instance_id)


def lock_address(address_id: UUID) -> Address:
    """The address, locked; lock its company before."""
    rows = Address.objects.select_for_update(no_key=True, of=("self",))
    return rows.select_related("company", "subscription").get(pk=address_id)


def lock_companies(company_ids: Collection[UUID]) -> None:
    """The companies, locked one after the other by primary key."""
    rows = Company.objects.filter(pk__in=company_ids).order_by("pk")
    list(rows.select_for_update(no_key=True).values_list("pk"))


def hours_are_due(rows: QuerySet[Held], *, at: datetime) -> QuerySet[Held]:
    """Those with an hour to charge by now. What was stopped a moment ago waits until it is known
    since when (`actions.following`)."""
    just_stopped = Q(subscription__status=Subscription.Status.STOPPED, stopped_at=None)
    return rows.filter(next_hour_at__lte=at).exclude(just_stopped)


def companies_with_hours_due(*, at: datetime, most: int) -> list[UUID]:
    """Companies with hours to charge, by primary key."""
    found = hours_are_due(Instance.objects.all(), at=at).values("company")
    more = hours_are_due(Address.objects.all(), at=at).values("company")
    rows = Company.objects.filter(Q(pk__in=found) | Q(pk__in=more)).order_by("pk")
    return list(rows.values_list("pk", flat=True)[:most])


def next_hour_after(at: datetime) -> datetime | None:
    """When the next hour falls due."""
    instants = [
        rows.filter(next_hour_at__gt=at).aggregate(first=Min("next_hour_at"))["first"]
        for rows in (Instance.objects.all(), Address.objects.all())
    ]
    return min((instant for instant in instants if instant), default=None)


def rules_over_time(
    company_ids: Collection[UUID], *, first: datetime, last: datetime
) -> dict[UUID, Course]:
    """What the features say to each company between two instants; read an hour by `rules_of`."""
    return courses_of(list(company_ids), first=first, last=last)


def rules_of(course: Course, instant: datetime) -> Rules:
    """The features that decide about addresses, as of an instant."""
    values = course.at(instant)
    return Rules(
        default_ip_charge=bool(values["default_ip_charge"]),
        free_for_one_ip=bool(values["free_for_one_ip"]),
        secondary_ip_billing=bool(values["secondary_ip_billing"]),
    )


@dataclass(frozen=True)
class PriceList:
    """The prices of addresses in a currency over time, oldest first; never empty."""

    prices: list[AddressPrice]

    def at(self, instant: datetime) -> AddressPrice:
        """In force at an instant; before the first began, the first."""
        starts = [price.effective_from for price in self.prices]
        return self.prices[max(bisect_right(starts, instant) - 1, 0)]


def price_list(currency: str) -> PriceList | None:
    """None while addresses have no price in the currency."""
    prices = list(AddressPrice.objects.filter(currency=currency).order_by("effective_from", "id"))
    return PriceList(prices) if prices else None


def address_price(currency: str, *, at: datetime) -> AddressPrice | None:
    """What addresses cost in a currency at an instant."""
    prices = price_list(currency)
    return prices.at(at) if prices else None


def tariff_of(price: AddressPrice) -> Tariff:
    return Tariff(public=price.public, secondary=price.secondary)


def current_address_prices() -> QuerySet[AddressPrice]:
    """The newest price of each currency."""
    newest = AddressPrice.objects.order_by("currency", "-effective_from", "-id")
    ids = newest.distinct("currency").values("pk")
    return AddressPrice.objects.filter(pk__in=ids).order_by("currency")
