"""A payment that pays what was overdue wakes the account, in the payment's own transaction."""

from __future__ import annotations

from datetime import datetime

from billing.dunning.actions import revive_company
from billing.payments.models import Payment
from billing.payments.registry import on_outcome


@on_outcome
def wake(payment: Payment, at: datetime) -> None:
    """Called after the invoices have been paid; company and account are locked."""
    revive_company(payment.company_id, at=at)
