"""Taking hold of what a crash left, one at a time, so that many workers share the work."""

from __future__ import annotations

from datetime import datetime
from typing import TypeVar

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from billing.payments.models import Payment, Refund
from billing.payments.queries import unanswered_payments, unanswered_refunds

Claimed = TypeVar("Claimed", Payment, Refund)


def claim_unanswered_payment(*, at: datetime) -> Payment | None:
    """The payment that waits longest for an answer; nobody else has it for a lease."""
    return _claim(unanswered_payments(at=at).select_related("company", "payment_method"))


def claim_unanswered_refund() -> Refund | None:
    """The refund that waits longest for an answer, likewise."""
    return _claim(unanswered_refunds().select_related("payment__company"))


@transaction.atomic(durable=True)
def _claim(rows: QuerySet[Claimed]) -> Claimed | None:
    row = rows.select_for_update(skip_locked=True, no_key=True, of=("self",)).first()
    if row is not None:
        rows.model.objects.filter(pk=row.pk).update(checked_at=Now())
    return row
