"""The job of top-up invoices."""

from __future__ import annotations

from datetime import datetime

from billing.payments.tasks import withdraw_all
from billing.topups.queries import waiting_needlessly


def withdraw_needless_payments(*, at: datetime) -> int:
    """Take back card payments that wait for a customer while a transfer has paid the rest."""
    return withdraw_all(waiting_needlessly(), at=at)
