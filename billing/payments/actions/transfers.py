"""Money that staff saw arrive: a bank transfer, cash, anything else."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from djmoney.money import Money

from accounts.audit.actions import record
from accounts.companies.models import Company
from billing.currencies.models import ExchangeRate
from billing.ledger.queries import lock_payer
from billing.payments.actions.settling import book_payment
from billing.payments.conversion import received_as
from billing.payments.exceptions import InvalidReceivedAt, KeyReused
from billing.payments.gateways.bank import BANK, CASH, OTHER, WHMCS, XERO
from billing.payments.models import Payment
from billing.payments.queries import money_json
from billing.payments.registry import let_claim
from billing.payments.rules import check_received
from billing.profiles.queries import profile_of

GATEWAYS = {
    Payment.Method.BANK_TRANSFER: BANK,
    Payment.Method.CASH: CASH,
    Payment.Method.OTHER: OTHER,
    Payment.Method.WHMCS: WHMCS,
    Payment.Method.XERO: XERO,
}
# The others arrive in another system, and are booked by themselves.
RECORDED_BY_STAFF = (Payment.Method.BANK_TRANSFER, Payment.Method.CASH, Payment.Method.OTHER)


@transaction.atomic
def record_transfer(
    company: Company,
    *,
    amount: Money,
    method: Payment.Method,
    reference: str,
    received_at: datetime,
    key: str,
    by: str,
    at: datetime,
    top_up_invoice: UUID | None = None,
) -> Payment:
    """Book money that has come in; the same key books nothing again.

    It enters the books now; `received_at` is what the receipt voucher says. The recharge limits
    do not bind it. Without `top_up_invoice` the reference may name one (see `on_transfer`).
    Raises InvalidPaymentAmount, WrongPaymentCurrency, NoExchangeRate, InvalidReceivedAt,
    KeyReused, and what whoever claims it refuses.
    """
    check_received(company, amount, at=at)
    if received_at > at:
        raise InvalidReceivedAt
    currency = profile_of(company.pk).currency
    lock_payer(company.pk, currency)
    known = Payment.objects.filter(key=key).first()
    if known is not None:
        return _same(known, company, amount)
    payment, is_new = Payment.objects.get_or_create(
        key=key,
        defaults={
            "company": company,
            "purpose": Payment.Purpose.TOP_UP,
            "method": method,
            "gateway": GATEWAYS[method].name,
            **_exchanged(amount, currency, at=at),
            "reference": reference,
            "received_at": received_at,
            "by": by,
            "created_at": at,
        },
    )
    if not is_new:
        return _same(payment, company, amount)
    let_claim(payment, top_up_invoice=top_up_invoice)
    return _booked(payment, at=at)


def _exchanged(amount: Money, currency: str, *, at: datetime) -> dict[str, Money | ExchangeRate]:
    """What came in, and what that is on the account at the rate of the day it is booked."""
    if str(amount.currency) == currency:
        return {"amount": amount}
    on_account, rate = received_as(amount, currency, at=at)
    return {"amount": on_account, "taken": amount, "exchange_rate": rate}


def _booked(payment: Payment, *, at: datetime) -> Payment:
    """Into the books under our own id: no gateway has given it one."""
    payment.gateway_reference = str(payment.pk)
    book_payment(payment, at=at)
    record(
        "payment.recorded",
        actor=payment.by,
        at=at,
        company=payment.company,
        target=f"payment:{payment.pk}",
        after={
            "amount": money_json(payment.amount),
            "method": payment.method,
            "reference": payment.reference,
        },
    )
    return payment


def _same(payment: Payment, company: Company, amount: Money) -> Payment:
    if (payment.company_id, payment.charged) != (company.pk, amount):
        raise KeyReused
    return payment
