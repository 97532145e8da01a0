"""Opening automatic recharges. Cheap: metering calls it inside its transaction for each batch."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import connection, transaction
from uuid_utils.compat import uuid7

from accounts.companies.models import Company
from accounts.events.actions import publish
from billing.ledger.execution import run
from billing.money.calc import plain
from billing.recharges import opening
from billing.recharges.queries import least_recharges
from features.queries import value

Given = list[UUID] | list[Decimal] | UUID | datetime | Decimal | int

BATCH = 1000
BEFORE_ALL = UUID(int=0)


def open_due_for(company_ids: Collection[UUID], *, at: datetime) -> int:
    """Open a recharge for each of these companies that is due one, and tell of the crossing.

    Returns how many were opened. The caller may hold the accounts' locks; no gateway is called.
    One statement when nobody is at the threshold.
    """
    given = {"companies": list(company_ids)}
    low = [pk for (pk,) in run(opening.AT_THRESHOLD, given, rows=len(company_ids)).fetchall()]
    return _open(low, at=at) if low else 0


def open_all_due(*, at: datetime) -> int:
    """As `open_due_for`, for every company: what other movements than usage brought down."""
    _forget_crossings()
    opened, last = 0, BEFORE_ALL
    while low := _ids(opening.NEXT_AT_THRESHOLD, after=last, count=BATCH):
        opened += _open(low, at=at)
        last = low[-1]
    return opened


@transaction.atomic
def _open(low: list[UUID], *, at: datetime) -> int:
    _tell_crossing(low, at=at)
    opened = _ids(
        opening.OPEN,
        ids=[uuid7() for _ in low],
        companies=low,
        at=at,
        per_day=value("recharges_per_day", at=at),
        minimums=least_recharges(low, at=at),
    )
    return len(opened)


def _tell_crossing(low: list[UUID], *, at: datetime) -> None:
    """One event for each crossing, however often the balance is looked at."""
    with connection.cursor() as cursor:
        cursor.execute(opening.TELL_CROSSING, {"companies": low, "at": at})
        told = cursor.fetchall()
    companies = Company.objects.in_bulk([row[0] for row in told])
    for company_id, balance, threshold, currency in told:
        publish(
            "account.threshold_reached",
            company=companies[company_id],
            data={
                "balance": plain(balance),
                "threshold": plain(threshold),
                "currency": currency,
            },
            at=at,
        )


@transaction.atomic
def _forget_crossings() -> None:
    with connection.cursor() as cursor:
        cursor.execute(opening.FORGET_CROSSING)


def _ids(statement: str, **given: Given) -> list[UUID]:
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        return [row[0] for row in cursor.fetchall()]
