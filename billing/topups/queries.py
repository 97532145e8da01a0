"""Reads of top-up invoices."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

from django.db.models import QuerySet

from accounts.access.exceptions import JSONValue
from accounts.companies.models import Company
from billing.documents.rendering.content import TopUpContent
from billing.documents.rendering.pdf import render_top_up_pdf
from billing.payments.models import Payment
from billing.payments.queries import kept, money_json
from billing.topups.models import TopUpInvoice, TopUpPayment

NOTHING = Decimal(0)


def lock_top_up(top_up_id: UUID) -> TopUpInvoice:
    """The top-up invoice, locked; lock its company's account before."""
    rows = TopUpInvoice.objects.select_related("company")
    return rows.select_for_update(no_key=True, of=("self",)).get(pk=top_up_id)


def top_ups(company: Company) -> QuerySet[TopUpInvoice]:
    """The company's top-up invoices, newest first."""
    rows = TopUpInvoice.objects.filter(company=company).defer("content")
    return rows.prefetch_related("payments")


def open_top_ups(company: Company) -> QuerySet[TopUpInvoice]:
    """Those that money is still asked for, oldest first."""
    return top_ups(company).filter(status=TopUpInvoice.Status.OPEN).order_by("issued_at", "id")


def link_of(payment: Payment) -> TopUpPayment | None:
    """What says that the payment is for a top-up invoice."""
    return TopUpPayment.objects.filter(payment=payment).first()


def paid(invoice: TopUpInvoice) -> Decimal:
    """What came in for it and stayed."""
    payments = Payment.objects.filter(for_top_up__top_up_invoice=invoice)
    return sum(map(kept, payments), NOTHING)


def waiting_payment(invoice: TopUpInvoice) -> Payment | None:
    """The card payment that the gateway has not decided yet."""
    return Payment.objects.filter(
        for_top_up__top_up_invoice=invoice, for_top_up__is_open=True
    ).first()


def needless_payments() -> QuerySet[Payment]:
    """Payments that have not come in and whose top-up invoice asks for nothing any more."""
    unpaid = Payment.objects.filter(
        for_top_up__isnull=False,
        status__in=[Payment.Status.FAILED, Payment.Status.REQUIRES_ACTION],
    )
    return unpaid.exclude(for_top_up__top_up_invoice__status=TopUpInvoice.Status.OPEN)


def needs(payment: Payment) -> bool:
    """Whether the top-up invoice that the payment is for, if any, still waits for money."""
    return not needless_payments().filter(pk=payment.pk).exists()


def waiting_needlessly() -> QuerySet[Payment]:
    """Of those the ones that a customer could still confirm at the bank."""
    return needless_payments().filter(status=Payment.Status.REQUIRES_ACTION)


def top_up_pdf(invoice: TopUpInvoice) -> bytes:
    """The paper as it was issued: drawn from its frozen content."""
    return render_top_up_pdf(TopUpContent.from_json(invoice.content)).content


def top_up_data(invoice: TopUpInvoice) -> dict[str, JSONValue]:
    """The top-up invoice as events tell of it."""
    return {
        "top_up_invoice": {
            "id": str(invoice.pk),
            "company": str(invoice.company_id),
            "number": invoice.number,
            "status": invoice.status,
            "amount": money_json(invoice.amount),
            "amount_due": money_json(invoice.due),
            "due_at": invoice.due_at.isoformat().replace("+00:00", "Z"),
        }
    }
