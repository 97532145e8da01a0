"""The hours of what is held, charged. An hour counts when it begins, for what is held then.

What is due is charged hour by hour in the order of time, so that a pause changes no price. Each
hour of a resource has an identity of its own: whatever runs twice, it is charged once.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from billing.metering.hours import HourOf, charge_hours
from telecom.network.calc import hour_after, hours_due
from telecom.network.models import Address, Instance, Resource
from telecom.network.queries import companies_with_hours_due, hours_are_due, lock_companies

Held = TypeVar("Held", bound=Resource)
COMPANIES = 100
AT_ONCE = timedelta(days=1)


def accrue_due(*, at: datetime) -> int:
    """Charge every hour that has begun; returns how many."""
    charged = 0
    while companies := companies_with_hours_due(at=at, most=COMPANIES):
        charged += accrue(companies, at=at)
    return charged


@transaction.atomic
def accrue(company_ids: Sequence[UUID], *, at: datetime) -> int:
    """Charge the hours of these companies, a day of them at most."""
    lock_companies(company_ids)
    machines = list(_due(Instance, company_ids, at=at))
    addresses = list(_due(Address, company_ids, at=at))
    rows: list[Resource] = [*machines, *addresses]
    first = min((row.next_hour_at for row in rows if row.next_hour_at), default=at)
    until = min(at, first + AT_ONCE)
    hours = [hour for row in rows for hour in _hours_of(row, until=until)]
    hours.sort(key=lambda hour: (hour.started_at, hour.subject))
    charge_hours(hours, at=at)
    Instance.objects.bulk_update(machines, ["next_hour_at"])
    Address.objects.bulk_update(addresses, ["next_hour_at"])
    return len(hours)


def accrue_company(company_id: UUID, *, at: datetime) -> None:
    """Charge all that has begun for one company."""
    while any(_due(model, [company_id], at=at).exists() for model in (Instance, Address)):
        accrue([company_id], at=at)


def _due(model: type[Held], company_ids: Sequence[UUID], *, at: datetime) -> QuerySet[Held]:
    rows = hours_are_due(model._default_manager.filter(company__in=company_ids), at=at)
    return rows.select_related("subscription").order_by("pk")


def _hours_of(row: Resource, *, until: datetime) -> list[HourOf]:
    """The hours due by then; moves the row on to the next one."""
    if row.next_hour_at is None:
        return []
    end = min((end for end in (row.released_at, row.stopped_at) if end), default=None)
    due = list(hours_due(row.next_hour_at, until=until, end=end))
    following = hour_after(due[-1]) if due else row.next_hour_at
    row.next_hour_at = None if end is not None and end <= following else following
    return [HourOf(row.subject, hour) for hour in due]
