"""The ledger's jobs: holds past their time, balances of our own accounts."""

from __future__ import annotations

from datetime import datetime

from billing.ledger.actions import take_snapshots
from billing.ledger.holds import release_due
from billing.ledger.models import Hold


def release_expired_holds(*, at: datetime) -> int:
    """Give back holds that were neither committed nor extended in time; returns how many."""
    released = 0
    while expired := release_due(at=at):
        released += expired
    return released


def next_expiry(after: datetime) -> datetime | None:
    """When the next hold falls due after an instant."""
    due = Hold.objects.filter(status=Hold.Status.ACTIVE, expires_at__gt=after)
    return due.order_by("expires_at").values_list("expires_at", flat=True).first()


def snapshot_own_accounts(*, at: datetime) -> int:
    """Keep the balances of our own accounts as of now; returns how many had moved."""
    return take_snapshots(at=at)
