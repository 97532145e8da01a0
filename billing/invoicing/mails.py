"""The mail that brings an invoice or a credit note."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings

from accounts.notifications.actions import Attachment, queue_mail
from billing.documents.rendering.content import InvoiceContent
from billing.documents.rendering.pdf import render_invoice_pdf
from billing.invoicing.models import Invoice
from billing.payments.mails import figure, invoice_readers
from features.queries import value


def mail_document(invoice: Invoice, *, at: datetime) -> None:
    """Queue the mail with the PDF: to the invoice addresses, else to those who handle money."""
    company = invoice.company
    due = invoice.payable
    queue_mail(
        "invoice_issued",
        company=company,
        to=invoice_readers(company),
        once=f"invoice:{invoice.number}",
        context={
            "invoice": invoice,
            "total": figure(invoice.total, invoice.currency),
            "due": figure(due, invoice.currency) if due else "",
            "url": _page(invoice, at=at),
        },
        at=at,
        attachments=[
            Attachment(f"{invoice.number}.pdf", "application/pdf", invoice_pdf(invoice)),
        ],
    )


def _page(invoice: Invoice, *, at: datetime) -> str:
    """Where the mail leads: to the invoice, or while the portal shows none to paying it."""
    one = f"{settings.PUBLIC_URL}/portal/invoices/{invoice.pk}/"
    if value("invoice_menu", at=at):
        return one
    return f"{one}pay/" if invoice.payable else f"{settings.PUBLIC_URL}/portal/"


def invoice_pdf(invoice: Invoice) -> bytes:
    """The document as it was issued, drawn from its frozen content."""
    return render_invoice_pdf(InvoiceContent.from_json(invoice.content)).content
