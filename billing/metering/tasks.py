"""The jobs of metering."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection

from billing.metering.calc import next_month
from billing.metering.fees import charge_due_fees, next_fee_after
from billing.metering.inbox import rate_waiting
from config.clock import wall

MONTHS_AHEAD = 3


def rate_inbox(*, at: datetime) -> int:
    """Rate what waits in the inbox; returns how many records that were."""
    return rate_waiting(at=at)


def charge_fees(*, at: datetime) -> int:
    """Charge the monthly and activation fees that are due; returns how many."""
    return charge_due_fees(at=at)


def next_fee_due(after: datetime) -> datetime | None:
    """When the next fee falls due."""
    return next_fee_after(after)


def make_partitions(*, at: datetime) -> int:
    """Make the partitions of the charges for the months to come; returns how many were new.

    By wall time, as the keys of charges.
    """
    month, made = wall(), 0
    for _ in range(MONTHS_AHEAD):
        with connection.cursor() as cursor:
            cursor.execute("SELECT make_charge_partition(%s)", [month])
            made += bool(cursor.fetchone()[0])
        month = next_month(month + timedelta(seconds=1))
    return made
