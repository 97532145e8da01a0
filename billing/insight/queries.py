"""Reads for the dashboard and the balance page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import connection
from django.db.models import Count

from accounts.companies.models import Company
from billing.ledger.models import Account
from billing.metering.queries import consumption_by_day
from billing.subscriptions.models import Subscription

NOTHING = Decimal(0)
MOST_PLANS = 12

# In: account, company, instants. Out: for each instant the balance that stood right before it,
# empty before the first movement. Time and the order of legs agree, so that the last entry before
# the instant holds it; one look into the index of entries by company for each instant.
_BALANCES_BEFORE = """
    SELECT (
        SELECT leg.balance_after
        FROM ledger_entry entry
        JOIN ledger_leg leg ON leg.entry_id = entry.id AND leg.account_id = %(account)s
        WHERE entry.company_id = %(company)s AND entry.at < moment.instant
        ORDER BY entry.at DESC, entry.id DESC, leg.id DESC
        LIMIT 1
    )
    FROM unnest(%(instants)s::timestamptz[]) WITH ORDINALITY AS moment (instant, place)
    ORDER BY moment.place
"""


@dataclass(frozen=True)
class Service:
    """A service on the consumption chart and what it came to on each day, tax included."""

    title: str
    amounts: dict[date, Decimal]

    @property
    def total(self) -> Decimal:
        return sum(self.amounts.values(), NOTHING)


def consumption_by_service(company: Company, *, first: date, last: date) -> list[Service]:
    """Consumption of each day of the company's zone, by meter or fee, the dearest first."""
    services: dict[str, Service] = {}
    for row in consumption_by_day(company, start=first, end=last + timedelta(days=1)):
        service = services.setdefault(row.service, Service(title=row.service, amounts={}))
        service.amounts[row.day] = service.amounts.get(row.day, NOTHING) + row.amount + row.tax
    return sorted(services.values(), key=lambda service: -service.total)


def balances_before(account: Account, instants: Sequence[datetime]) -> list[Decimal | None]:
    """What stood on the account right before each instant; None before its first movement."""
    given = {"account": account.pk, "company": account.company_id, "instants": list(instants)}
    with connection.cursor() as cursor:
        cursor.execute(_BALANCES_BEFORE, given)
        return [row[0] for row in cursor.fetchall()]


@dataclass(frozen=True)
class Running:
    """How many subscriptions of a plan are in a state."""

    plan: str
    status: str
    count: int


def services_at_a_glance(company: Company) -> list[Running]:
    """How many subscriptions of each plan are active and stopped, the largest plans first."""
    rows = (
        Subscription.objects.filter(company=company)
        .exclude(status=Subscription.Status.ENDED)
        .order_by("plan__name", "status")
        .values_list("plan__name", "status")
        .annotate(count=Count("id"))
    )
    found = [Running(plan, status, count) for plan, status, count in rows]
    return sorted(found, key=lambda running: -running.count)[:MOST_PLANS]
