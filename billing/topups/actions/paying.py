"""Money for a top-up invoice: by card, or as a transfer that staff recorded.

Whatever comes of a payment, its top-up invoice follows in the same transaction.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import IntegrityError, transaction

from accounts.companies.models import Company
from accounts.events.actions import publish
from billing.ledger.queries import lock_account
from billing.payments.actions.charging import collect, open_payment
from billing.payments.actions.standing import flag_for_review
from billing.payments.exceptions import KeyReused
from billing.payments.gateways.registry import card_gateway
from billing.payments.models import Payment, PaymentMethod
from billing.payments.rules import check_card_amount
from billing.recharges.exceptions import CompanyIsClosed
from billing.topups.exceptions import (
    TopUpInvoiceNotOpen,
    TopUpPaymentRunning,
    UnknownTopUpInvoice,
)
from billing.topups.models import TopUpInvoice, TopUpPayment
from billing.topups.queries import link_of, lock_top_up, open_top_ups, paid, top_up_data

NOTHING = Decimal(0)
WAITING = (Payment.Status.PENDING, Payment.Status.REQUIRES_ACTION)


def pay_top_up_invoice(
    top_up_id: UUID,
    *,
    card: PaymentMethod,
    key: str,
    by: str,
    at: datetime,
    pay_in: str | None = None,
) -> Payment:
    """Charge what is still due of a top-up invoice. The same key pays once.

    Calls the gateway, so not inside a transaction. What came of it stands in the payment, as in
    `charge_card`. Raises TopUpInvoiceNotOpen, TopUpPaymentRunning, CompanyIsClosed,
    InvalidPaymentAmount, GatewayNotAvailable, KeyReused.
    """
    with transaction.atomic(durable=True):
        payment = _open(top_up_id, card=card, pay_in=pay_in, key=f"top_up:{key}", by=by, at=at)
    return collect(payment, at=at)


def claim_transfer(payment: Payment, top_up_invoice: UUID | None) -> None:
    """Take recorded money for the top-up invoice that staff named, else for the open one whose
    number is the reference. What is more than is due is simply balance.

    Raises UnknownTopUpInvoice, TopUpInvoiceNotOpen for one that was named.
    """
    if top_up_invoice is None:
        numbered = open_top_ups(payment.company).filter(number=payment.reference.strip().upper())
        found = numbered.first()
    else:
        found = _named(payment.company, top_up_invoice)
    if found is not None:
        TopUpPayment.objects.create(top_up_invoice=found, payment=payment)


def follow_payment(payment: Payment, at: datetime) -> None:
    """Bring the payment's top-up invoice, if it has one, to what its payments say.

    The customer account is locked by whoever records the outcome.
    """
    link = link_of(payment)
    if link is None:
        return
    invoice = lock_top_up(link.top_up_invoice_id)
    if link.is_open and payment.status not in WAITING:
        link.is_open = False
        link.save(update_fields=["is_open"])
        if payment.entry_id is not None and invoice.status != TopUpInvoice.Status.OPEN:
            reason = f"{invoice.number} was paid though it asked for nothing"
            flag_for_review(payment.company, reason=reason, at=at)
    _settle(invoice, at=at)


def _open(
    top_up_id: UUID, *, card: PaymentMethod, pay_in: str | None, key: str, by: str, at: datetime
) -> Payment:
    unlocked = TopUpInvoice.objects.get(pk=top_up_id)
    lock_account(unlocked.company_id, unlocked.currency)
    invoice = lock_top_up(top_up_id)
    done = Payment.objects.filter(key=key).select_related("company", "payment_method").first()
    if done is not None:
        return _same(done, invoice)
    if invoice.company.status == Company.Status.CLOSED:
        raise CompanyIsClosed
    if invoice.status != TopUpInvoice.Status.OPEN:
        raise TopUpInvoiceNotOpen(invoice)
    check_card_amount(invoice.due, gateway=card_gateway(card.gateway))
    payment = open_payment(
        invoice.company,
        amount=invoice.due,
        purpose=Payment.Purpose.TOP_UP,
        card=card,
        key=key,
        by=by,
        at=at,
        reference=invoice.number,
        pay_in=pay_in,
    )
    try:
        with transaction.atomic():
            TopUpPayment.objects.create(top_up_invoice=invoice, payment=payment, is_open=True)
    except IntegrityError as error:
        raise TopUpPaymentRunning(invoice) from error
    return payment


def _same(payment: Payment, invoice: TopUpInvoice) -> Payment:
    link = link_of(payment)
    if link is None or link.top_up_invoice_id != invoice.pk:
        raise KeyReused
    return payment


def _named(company: Company, top_up_id: UUID) -> TopUpInvoice:
    invoice = TopUpInvoice.objects.filter(company=company, pk=top_up_id).first()
    if invoice is None:
        raise UnknownTopUpInvoice
    if invoice.status != TopUpInvoice.Status.OPEN:
        raise TopUpInvoiceNotOpen(invoice)
    return invoice


def _settle(invoice: TopUpInvoice, *, at: datetime) -> None:
    """Paid when nothing is due any more; open again when money was taken back. Void stays void:
    money that comes all the same is balance."""
    if invoice.status == TopUpInvoice.Status.VOID:
        return
    was_open = invoice.status == TopUpInvoice.Status.OPEN
    invoice.amount_due = max(invoice.amount.amount - paid(invoice), NOTHING)
    is_open = invoice.amount_due > 0
    if was_open != is_open:
        invoice.status = TopUpInvoice.Status.OPEN if is_open else TopUpInvoice.Status.PAID
        invoice.status_reason = "A payment was taken back" if is_open else "Paid in full"
        invoice.status_changed_at = at
    invoice.save(update_fields=["amount_due", "status", "status_reason", "status_changed_at"])
    if was_open and not is_open:
        data = top_up_data(invoice)
        publish("account.top_up_invoice_paid", company=invoice.company, data=data, at=at)
