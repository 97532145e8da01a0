"""The job of promotions: credit past its time."""

from __future__ import annotations

from datetime import datetime

from billing.promotions.credits import expire_credit
from billing.promotions.queries import lots_to_expire


def expire_credits(*, at: datetime) -> int:
    """Take back what is left of expired credit. Returns how many were."""
    due = lots_to_expire(at=at).values_list("pk", flat=True)
    return sum(expire_credit(lot, at=at) for lot in due)
