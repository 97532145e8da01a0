"""Reads of what SIMs used, for the pages that show it. Days are days of the zone given."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Sum
from django.db.models.functions import TruncDate

from accounts.companies.models import Company
from billing.metering.models import Charge
from billing.metering.queries import Use, usage_by_day_and_country
from billing.subscriptions.models import Allowance, Subscription
from telecom.sims.models import Sim

NOTHING = Decimal(0)


@dataclass(frozen=True)
class SimUse:
    """What a SIM used lately: bytes a day, and bytes and cost before tax a country."""

    by_day: dict[date, Decimal]
    by_country: list[Use]
    quantity: Decimal
    cost: Decimal


def sim_use(sim: Sim, company: Company, *, start: datetime, end: datetime) -> SimUse:
    """The use of a SIM between two instants while it was this company's."""
    subscriptions = Subscription.objects.filter(company=company, subject=sim.iccid)
    ids = list(subscriptions.values_list("pk", flat=True))
    rows = usage_by_day_and_country(ids, start=start, end=end, company=company)
    by_day: dict[date, Decimal] = defaultdict(Decimal)
    for row in rows:
        by_day[row.day] += row.quantity
    return SimUse(
        by_day=by_day,
        by_country=_by_country(rows),
        quantity=sum((row.quantity for row in rows), NOTHING),
        cost=sum((row.amount for row in rows), NOTHING),
    )


def recent_bytes(
    subscription_ids: Iterable[UUID], *, at: datetime, days: int, zone: ZoneInfo
) -> dict[UUID, list[int]]:
    """Bytes on each of the last `days` days of many subscriptions, the oldest first."""
    today = at.astimezone(zone).date()
    rows = (
        Charge.objects.filter(
            subscription__in=list(subscription_ids),
            kind=Charge.Kind.USAGE,
            started_at__gte=at - timedelta(days=days),
        )
        .order_by()
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
    ).order_by("subscription_id", "-period__starts_at")
    return {one.subscription_id: one for one in allowances.distinct("subscription_id")}


def data_left(allowance: Allowance) -> int:
    """Bytes of the included data that are not used yet."""
    return int(max(allowance.included - allowance.used, NOTHING))


def _by_country(rows: Sequence[Use]) -> list[Use]:
    """One row a country, the most used first; the code is empty where none was told."""
    countries: dict[str, Use] = {}
    for row in rows:
        known = countries.get(row.country)
        countries[row.country] = Use(
            day=row.day,
            country=row.country,
            quantity=row.quantity + (known.quantity if known else NOTHING),
            amount=row.amount + (known.amount if known else NOTHING),
            records=row.records + (known.records if known else 0),
        )
    return sorted(countries.values(), key=lambda use: (-use.quantity, use.country))
