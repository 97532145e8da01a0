"""The job that charges hours."""

from __future__ import annotations

from datetime import datetime

from telecom.network.actions.accrual import accrue_due


def accrue_hours(*, at: datetime) -> int:
    """Charge the hours of instances and addresses that have begun; returns how many."""
    return accrue_due(at=at)
