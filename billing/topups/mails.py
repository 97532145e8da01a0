"""The mail that brings a top-up invoice. Its payments bring their receipts themselves."""

from __future__ import annotations

from datetime import datetime

from accounts.notifications.actions import Attachment, queue_mail
from billing.payments.mails import invoice_readers, money_figure, portal
from billing.topups.models import TopUpInvoice
from billing.topups.queries import top_up_pdf


def mail_top_up_invoice(invoice: TopUpInvoice, *, at: datetime) -> None:
    """Queue the mail with the PDF and the bank details, to the invoice addresses."""
    company = invoice.company
    queue_mail(
        "top_up_invoice_issued",
        company=company,
        to=invoice_readers(company),
        once=f"top_up_invoice:{invoice.number}",
        context={
            "number": invoice.number,
            "amount": money_figure(invoice.amount),
            "due_at": invoice.due_at,
            "bank_details": invoice.content["bank_details"],
            "url": portal(f"payments/top-up-invoices/{invoice.pk}/"),
        },
        at=at,
        attachments=[Attachment(f"{invoice.number}.pdf", "application/pdf", top_up_pdf(invoice))],
    )
