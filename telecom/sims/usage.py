"""Reads of what SIMs used, for the pages that show it. Days are days of the zone given."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import QuerySet, Sum
from django.db.models.functions import TruncDate

from accounts.companies.models import Company
from billing.metering.models import Charge
from billing.subscriptions.models import Allowance, Subscription
from telecom.sims.models import Sim


@dataclass(frozen=True)
class Use:
    """What was used on a day or in a country: bytes, and its price with tax."""

    quantity_bytes: int
    cost: Decimal


NOTHING = Use(quantity_bytes=0, cost=Decimal(0))


def charges_of(sim: Sim, company: Company) -> QuerySet[Charge]:
    """The charges of a SIM while it was this company's."""
    subscriptions = Subscription.objects.filter(company=company, subject=sim.iccid)
    ids = list(subscriptions.values_list("pk", flat=True))
    return Charge.objects.filter(subscription__in=ids)


def use_by_day(charges: QuerySet[Charge], *, since: datetime, zone: ZoneInfo) -> dict[date, Use]:
    """Use on each day that has any."""
    days = (
        _usage(charges, since=since)
        .annotate(day=TruncDate("started_at", tzinfo=zone))
        .values("day")
        .annotate(total=Sum("quantity"), net=Sum("amount"), taxes=Sum("tax"))
    )
    return {row["day"]: Use(row["total"], row["net"] + row["taxes"]) for row in days}


def use_by_country(charges: QuerySet[Charge], *, since: datetime) -> list[tuple[str, Use]]:
    """Use in each country, the most used first; the code is empty where none was told."""
    countries = (
        _usage(charges, since=since)
        .values("country")
        .annotate(total=Sum("quantity"), net=Sum("amount"), taxes=Sum("tax"))
        .order_by("-total", "country")
    )
    return [(row["country"], Use(row["total"], row["net"] + row["taxes"])) for row in countries]


def recent_bytes(
    subscription_ids: Iterable[UUID], *, at: datetime, days: int, zone: ZoneInfo
) -> dict[UUID, list[int]]:
    """Bytes on each of the last `days` days of many subscriptions, the oldest first."""
    today = at.astimezone(zone).date()
    charges = Charge.objects.filter(subscription__in=list(subscription_ids))
    rows = (
        _usage(charges, since=at - timedelta(days=days))
        .annotate(day=TruncDate("started_at", tzinfo=zone))
        .values_list("subscription", "day")
        .annotate(total=Sum("quantity"))
    )
    found: dict[UUID, list[int]] = defaultdict(lambda: [0] * days)
    for subscription_id, day, total in rows:
        ago = (today - day).days
        if 0 <= ago < days:
            found[subscription_id][days - 1 - ago] = total
    return found


def open_allowances(subscription_ids: Iterable[UUID]) -> dict[UUID, Allowance]:
    """The allowance in force of each subscription that includes data."""
    allowances = Allowance.objects.filter(
        subscription__in=list(subscription_ids), included__gt=0
    ).order_by("subscription", "-period__starts_at")
    return {one.subscription_id: one for one in allowances.distinct("subscription")}


def data_left(allowance: Allowance) -> int:
    """Bytes of the included data that are not used yet."""
    return int(max(allowance.included - allowance.used, Decimal(0)))


def _usage(charges: QuerySet[Charge], *, since: datetime) -> QuerySet[Charge]:
    return charges.filter(kind=Charge.Kind.USAGE, started_at__gte=since).order_by()
