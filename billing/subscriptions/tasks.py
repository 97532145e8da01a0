"""The jobs of subscriptions."""

from __future__ import annotations

from datetime import datetime

from billing.subscriptions.actions import end_due, move_due
from billing.subscriptions.billing_types import next_taking_up, take_up_due
from billing.subscriptions.queries import next_change_after
from billing.subscriptions.services import restore_above_floor


def restore_services(*, at: datetime) -> int:
    """Bring back what the system stopped wherever the balance allows it; how many services."""
    return restore_above_floor(at=at)


def activate_due(*, at: datetime) -> int:
    """Carry out changes of plan and of billing type, and endings, whose time has come; returns how
    many."""
    return move_due(at=at) + end_due(at=at) + take_up_due(at=at)


def next_activation_due(after: datetime) -> datetime | None:
    """When the next change of plan or of billing type, or ending, falls due."""
    instants = (next_change_after(after), next_taking_up(after))
    return min((instant for instant in instants if instant), default=None)
