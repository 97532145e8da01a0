"""What onboarding does after the fact."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from accounts.events.models import Event
from accounts.events.registry import on
from billing.onboarding.actions.closing import refund_late_payment
from billing.payments.models import Payment


@on("payment.completed")
def refund_after_closing(event: Event, *, at: datetime) -> None:
    """Money of a card that comes after the account was closed goes back, as far as nothing is
    owed. The sweeper tells the gateway."""
    refund_late_payment(Payment.objects.get(pk=UUID(event.data["payment"]["id"])), at=at)
