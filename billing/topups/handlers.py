"""What follows an issued top-up invoice."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from accounts.events.models import Event
from accounts.events.registry import on
from billing.topups.mails import mail_top_up_invoice
from billing.topups.models import TopUpInvoice


@on("account.top_up_invoice_issued")
def send_top_up_invoice(event: Event, *, at: datetime) -> None:
    """Whoever voided it at once needs no mail."""
    rows = TopUpInvoice.objects.select_related("company")
    invoice = rows.get(pk=UUID(event.data["top_up_invoice"]["id"]))
    if invoice.status != TopUpInvoice.Status.VOID:
        mail_top_up_invoice(invoice, at=at)
