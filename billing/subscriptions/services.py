"""Stopping and restoring what draws on the balance. It is a state, looked at, not a crossing.

What the system stopped the system restores; what a person stopped stays.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from accounts.companies.models import Company
from accounts.companies.queries import lock_company
from accounts.events.actions import publish
from billing.ledger.queries import balance
from billing.money.calc import plain
from billing.profiles.models import BillingType
from billing.subscriptions.models import Subscription
from billing.subscriptions.queries import (
    companies_above_floor,
    drawing_on_balance,
    running,
    stopped_by_system,
)
from features.queries import value

HUNDRED = Decimal(100)
AT_THE_FLOOR = "The balance has reached its floor"
COMPANY_SUSPENDED = "The account is suspended"
_SYSTEM = Company.StoppedBy.SYSTEM


def stop_at_floor(company_ids: Collection[UUID], *, at: datetime) -> int:
    """Stop the running services of these companies that draw on their balance, but those that
    may pass the credit limit only beyond their share of it.

    The caller holds the companies' accounts locked and has seen them at or below the floor.
    `account.exhausted` is published once, until the company has been restored.
    """
    stopped = 0
    running_there = drawing_on_balance(running()).filter(company__in=company_ids)
    for company in Company.objects.filter(pk__in=running_there.values("company")):
        exhausted_before = _stopped_at_floor(company).exists()
        there = running_there.filter(company=company)
        if _is_within_excess(company, at=at):
            there = there.exclude(plan__runs_past_limit=True)
        count = _stop(there, reason=AT_THE_FLOOR)
        if not count:
            continue
        if not exhausted_before:
            publish("account.exhausted", company=company, data=_balance_data(company), at=at)
        publish("services.stopped", company=company, data={"services": count}, at=at)
        stopped += count
    return stopped


@transaction.atomic
def stop_of_suspended(company: Company, *, at: datetime) -> int:
    """Stop all services of a company that is suspended."""
    company = lock_company(company.pk)
    if company.status != Company.Status.SUSPENDED:
        return 0
    count = _stop(running().filter(company=company), reason=COMPANY_SUSPENDED)
    if count:
        publish("services.stopped", company=company, data={"services": count}, at=at)
    return count


@transaction.atomic
def restore_services(company: Company, *, at: datetime) -> int:
    """Bring back what the system stopped, as far as the present state lets it run.

    A company at or below its floor keeps what draws on the balance stopped; a company that is
    not active keeps everything stopped.
    """
    company = lock_company(company.pk)
    if company.status != Company.Status.ACTIVE:
        return 0
    stopped = stopped_by_system().filter(company=company)
    was_exhausted = _stopped_at_floor(company).exists()
    if _is_at_floor(company):
        drawing = drawing_on_balance(stopped)
        if _is_within_excess(company, at=at):
            drawing = drawing.exclude(plan__runs_past_limit=True)
        stopped = stopped.exclude(pk__in=drawing.values("pk"))
    count = stopped.update(status=Subscription.Status.ACTIVE, status_reason="", stopped_by="")
    if count == 0:
        return 0
    if was_exhausted and not _stopped_at_floor(company).exists():
        publish("account.restored", company=company, data=_balance_data(company), at=at)
    publish("services.restored", company=company, data={"services": count}, at=at)
    return count


def restore_above_floor(*, at: datetime) -> int:
    """Bring services back wherever the balance allows it by now."""
    above = companies_above_floor(excess_percent=value("excess_cost_percent", at=at))
    return sum(restore_services(company, at=at) for company in above)


def _stop(rows: QuerySet[Subscription], *, reason: str) -> int:
    return rows.update(status=Subscription.Status.STOPPED, status_reason=reason, stopped_by=_SYSTEM)


def _stopped_at_floor(company: Company) -> QuerySet[Subscription]:
    return stopped_by_system().filter(company=company, status_reason=AT_THE_FLOOR)


def _is_at_floor(company: Company) -> bool:
    now = balance(company)
    return now.floor is not None and now.balance <= now.floor


def _is_within_excess(company: Company, *, at: datetime) -> bool:
    """Whether a credit limit is passed by less than the share that some services may."""
    now = balance(company)
    if now.floor is None or now.billing_type == BillingType.PREPAID:
        return False
    return now.balance > now.floor * (1 + value("excess_cost_percent", at=at) / HUNDRED)


def _balance_data(company: Company) -> dict[str, object]:
    now = balance(company)
    return {
        "company": str(company.pk),
        "balance": plain(now.balance),
        "floor": None if now.floor is None else plain(now.floor),
        "currency": now.currency,
    }
