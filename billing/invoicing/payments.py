"""Paying one invoice by card: its payment is open once, and its money goes to it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from djmoney.money import Money

from billing.invoicing.exceptions import NothingToPay, PaymentRunning
from billing.invoicing.funds import apply_funds
from billing.invoicing.models import Fund, Invoice, InvoicePayment
from billing.invoicing.queries import lock_invoice, unpaid_invoices
from billing.ledger.queries import lock_account
from billing.payments.actions.charging import collect, open_payment
from billing.payments.actions.standing import flag_for_review
from billing.payments.models import Payment, PaymentMethod
from billing.payments.registry import on_outcome, on_transfer

_UNPAID = (Invoice.Status.OPEN, Invoice.Status.OVERDUE)
_WAITING = (Payment.Status.PENDING, Payment.Status.REQUIRES_ACTION)


def pay_invoice(
    invoice_id: UUID,
    *,
    card: PaymentMethod,
    key: str,
    by: str,
    at: datetime,
    pay_in: str | None = None,
) -> Payment:
    """Charge what is due of an invoice, in minor units rounded up. The same key pays once.

    `pay_in` is the currency that the card is charged in, if not as the company likes it.
    """
    with transaction.atomic(durable=True):
        payment = _open(invoice_id, card=card, pay_in=pay_in, key=key, by=by, at=at)
    return collect(payment, at=at)


def check_payable(invoice: Invoice) -> None:
    """Raise NothingToPay unless the invoice asks for money."""
    if invoice.status not in _UNPAID or invoice.kind != Invoice.Kind.INVOICE:
        raise NothingToPay(invoice)


@on_outcome
def pay_with_funds(payment: Payment, at: datetime) -> None:
    """Whatever became of a payment, invoices follow in the same transaction.

    Money for an invoice that needs none any more is balance, and staff look at it.
    The customer account is locked by whoever records the outcome.
    """
    account = lock_account(payment.company_id, str(payment.amount.currency))
    asked = InvoicePayment.objects.filter(payment=payment).first()
    if asked is not None and asked.is_open and payment.status not in _WAITING:
        asked.is_open = False
        asked.save(update_fields=["is_open"])
    named = {}
    if asked is not None and payment.entry_id is not None:
        named = {payment.entry_id: asked.invoice_id}
        is_new = not Fund.objects.filter(entry=payment.entry_id).exists()
        if is_new and not asked.invoice.payable:
            reason = f"{asked.invoice} was paid twice"
            flag_for_review(payment.company, reason=reason, at=at)
    apply_funds(payment.company, account, at=at, named=named)


@on_transfer
def claim_transfer(payment: Payment, _: UUID | None) -> None:
    """Recorded money whose reference is the number of an unpaid invoice goes to that invoice."""
    number = payment.reference.strip().upper()
    named = unpaid_invoices(payment.company_id).filter(number=number)
    invoice = named.filter(currency=str(payment.amount.currency)).first()
    if invoice is not None:
        InvoicePayment.objects.create(invoice=invoice, payment=payment, is_open=False)


def _open(
    invoice_id: UUID, *, card: PaymentMethod, pay_in: str | None, key: str, by: str, at: datetime
) -> Payment:
    done = Payment.objects.filter(key=f"invoice:{key}").first()
    if done is not None:
        return done
    invoice = Invoice.objects.select_related("company").get(pk=invoice_id)
    lock_account(invoice.company_id, invoice.currency)
    invoice = lock_invoice(invoice_id)
    check_payable(invoice)
    payment = open_payment(
        invoice.company,
        amount=Money(invoice.payable, invoice.currency),
        purpose=Payment.Purpose.INVOICE,
        card=card,
        key=f"invoice:{key}",
        by=by,
        at=at,
        pay_in=pay_in,
    )
    try:
        with transaction.atomic():
            InvoicePayment.objects.create(invoice=invoice, payment=payment)
    except IntegrityError as error:
        raise PaymentRunning(invoice) from error
    return payment
