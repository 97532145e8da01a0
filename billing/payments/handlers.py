"""What payments do after the fact."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from accounts.events.models import Event
from accounts.events.registry import on
from billing.payments.mails import mail_receipt
from billing.payments.models import Payment


@on("payment.completed")
def send_receipt(event: Event, *, at: datetime) -> None:
    """Recharges bring theirs with their own mail."""
    payment = Payment.objects.select_related("company", "receipt", "payment_method").get(
        pk=UUID(event.data["payment"]["id"])
    )
    if payment.purpose != Payment.Purpose.RECHARGE:
        mail_receipt(payment, at=at)
