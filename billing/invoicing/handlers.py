"""What follows an issued document, and what invoices do when a balance is corrected."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from accounts.events.models import Event
from accounts.events.registry import on
from billing.invoicing.actions import allocate_funds
from billing.invoicing.mails import mail_document
from billing.invoicing.models import Invoice


@on("adjustment.booked", "promotion.booked")
def bring_allocations_up_to_date(event: Event, *, at: datetime) -> None:
    if event.company_id is not None:
        allocate_funds(event.company_id, at=at)


@on("invoice.issued")
def send_document(event: Event, *, at: datetime) -> None:
    mail_document(Invoice.objects.get(pk=UUID(event.data["invoice"])), at=at)
