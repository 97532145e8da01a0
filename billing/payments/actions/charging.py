"""Charging a card, in three steps: the intent is committed, the gateway is called, its answer is
committed. Whatever a crash leaves between them, `reconcile` finishes.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now
from djmoney.money import Money

from accounts.companies.models import Company
from billing.currencies.models import ExchangeRate
from billing.payments.actions.methods import customer_at
from billing.payments.actions.settling import settle_lost, settle_payment, settle_refused
from billing.payments.availability import check_available
from billing.payments.conversion import payment_currency, to_take
from billing.payments.exceptions import (
    GatewayRefused,
    GatewayUnavailable,
    KeyReused,
    NotConfirmable,
    NotNeeded,
    TryGatewayLater,
)
from billing.payments.gateways.base import CardGateway, ChargeOrder, GatewayPayment
from billing.payments.gateways.registry import card_gateway
from billing.payments.models import Payment, PaymentMethod
from billing.payments.queries import ANSWERED_WITHIN
from billing.payments.registry import is_needed
from billing.payments.rules import check_card_amount
from config.clock import wall

# Within this the request is repeated with its key, afterwards the payment is given up: by then no
# request of ours can still be on its way. Well below any gateway's key memory.
REPEATED_WITHIN = timedelta(hours=1)


def charge_card(
    company: Company,
    *,
    amount: Money,
    purpose: Payment.Purpose,
    card: PaymentMethod,
    key: str,
    by: str,
    at: datetime,
) -> Payment:
    """Charge a card with its customer present: all three steps. Repeating a key charges nothing.

    The answer may be completed, failed (`failure_code`), requires_action (`action_url`,
    `client_secret`), or pending when the gateway gave no answer: it is settled later by itself.
    """
    with transaction.atomic(durable=True):
        payment = open_payment(
            company, amount=amount, purpose=purpose, card=card, key=key, by=by, at=at
        )
    return collect(payment, at=at)


def open_payment(
    company: Company,
    *,
    amount: Money,
    purpose: Payment.Purpose,
    card: PaymentMethod,
    key: str,
    by: str,
    at: datetime,
    is_off_session: bool = False,
    reference: str = "",
    pay_in: str | None = None,
) -> Payment:
    """Step one, in the caller's transaction: the intent. The same key is the same payment.

    `reference` is the number of the document that it pays, if any; `pay_in` the currency that the
    customer has chosen for it. Raises GatewayNotAvailable, InvalidPaymentAmount,
    OnlyDefaultCurrency, CurrencyNotOffered, NoExchangeRate for a new one, KeyReused.
    """
    known = Payment.objects.filter(key=key).first()
    if known is not None:
        return _same(known, company, amount)
    currency = payment_currency(company, asked=pay_in, at=at)
    exchange = _exchange(amount, currency, gateway=card_gateway(card.gateway), at=at)
    payment, is_new = Payment.objects.get_or_create(
        key=key,
        defaults={
            "company": company,
            "purpose": purpose,
            "method": Payment.Method.CARD,
            "gateway": card.gateway,
            "amount": amount,
            **exchange,
            "payment_method": card,
            "is_off_session": is_off_session,
            "reference": reference,
            "by": by,
            "created_at": at,
            "checked_at": Now(),
        },
    )
    if not is_new:
        return _same(payment, company, amount)
    check_available(card.gateway, company)
    return payment


def _same(payment: Payment, company: Company, amount: Money) -> Payment:
    if (payment.company_id, payment.amount) != (company.pk, amount):
        raise KeyReused
    return payment


def _exchange(
    amount: Money, currency: str, *, gateway: CardGateway, at: datetime
) -> dict[str, Money | ExchangeRate]:
    """What is charged instead of `amount`, and by which rate; nothing within one currency."""
    if currency == str(amount.currency):
        return {}
    taken, rate = to_take(amount, currency, gateway=gateway.name, at=at)
    check_card_amount(taken, gateway=gateway)
    return {"taken": taken, "exchange_rate": rate}


def collect(payment: Payment, *, at: datetime) -> Payment:
    """Steps two and three: charge, and record the answer. Never inside a transaction.

    A payment that is not pending any more, or that the gateway has seen, is left as it is.
    """
    with transaction.atomic(durable=True):
        payment = _reread(payment.pk)
    if payment.status != Payment.Status.PENDING or payment.gateway_reference:
        return payment
    try:
        seen = _charge(payment)
    except GatewayUnavailable:
        return payment
    except GatewayRefused as refusal:
        return settle_refused(payment.pk, refusal, at=at)
    return settle_payment(payment.pk, seen, at=at)


def reconcile(payment: Payment, *, at: datetime) -> Payment:
    """Finish a payment whose outcome is not known: ask the gateway, never charge a second time.

    Raises GatewayUnavailable when there is still no answer.
    """
    gateway = card_gateway(payment.gateway)
    if payment.gateway_reference:
        seen = gateway.payment(payment.gateway_reference)
        if payment.status == Payment.Status.REQUIRES_ACTION and _is_abandoned(payment, at=at):
            seen = gateway.cancel(payment.gateway_reference)
        return settle_payment(payment.pk, seen, at=at)
    found = _found(gateway, payment)
    if found is not None:
        return settle_payment(payment.pk, found, at=at)
    if wall() - payment.recorded_at > REPEATED_WITHIN:
        return settle_lost(payment.pk, at=at)
    return collect(payment, at=at)


def confirm_payment(payment: Payment, *, at: datetime) -> Payment:
    """Try a payment that wanted 3-D Secure again, now that its customer is here.

    The answer carries `action_url`: there the customer confirms at the bank. Raises NotNeeded,
    NotConfirmable, GatewayNotAvailable, TryGatewayLater.
    """
    method = payment.payment_method
    if not is_confirmable(payment) or method is None:
        return payment
    if not is_needed(payment):
        raise NotNeeded
    check_available(payment.gateway, payment.company)
    try:
        seen = card_gateway(payment.gateway).confirm(
            payment.gateway_reference, method=method.reference, return_url=return_url(payment)
        )
    except GatewayRefused as refusal:
        raise NotConfirmable(refusal.message) from refusal
    except GatewayUnavailable as error:
        raise TryGatewayLater from error
    return settle_payment(payment.pk, seen, at=at)


def refresh_payment(payment: Payment, *, at: datetime) -> Payment:
    """What the gateway says now, for a customer who comes back from the bank before the webhook."""
    is_open = payment.status in (Payment.Status.PENDING, Payment.Status.REQUIRES_ACTION)
    if not is_open or not payment.gateway_reference:
        return payment
    try:
        seen = card_gateway(payment.gateway).payment(payment.gateway_reference)
    except (GatewayUnavailable, GatewayRefused):
        return payment
    return settle_payment(payment.pk, seen, at=at)


def withdraw_payment(payment: Payment, *, at: datetime) -> Payment:
    """Take back a payment that its customer could still confirm, so that it is not paid twice.

    When the customer was quicker the answer is completed. Raises GatewayUnavailable.
    """
    if not (is_confirmable(payment) or payment.status == Payment.Status.REQUIRES_ACTION):
        return payment
    seen = card_gateway(payment.gateway).cancel(payment.gateway_reference)
    return settle_payment(payment.pk, seen, at=at)


def is_confirmable(payment: Payment) -> bool:
    """Whether the customer may still confirm it: it failed for want of 3-D Secure alone."""
    return payment.status == Payment.Status.FAILED and payment.client_secret != ""


def return_url(payment: Payment) -> str:
    """Where the customer comes back to from the bank."""
    return f"{settings.PUBLIC_URL}/portal/payments/{payment.pk}/return/"


def confirm_url(payment: Payment) -> str:
    """The link in the mail: a page that asks for the confirmation."""
    return f"{settings.PUBLIC_URL}/portal/payments/{payment.pk}/confirm/"


def _charge(payment: Payment) -> GatewayPayment:
    gateway, card = card_gateway(payment.gateway), payment.payment_method
    if card is None:
        raise GatewayRefused("no_card", "The payment has no card.")
    order = ChargeOrder(
        payment_id=payment.pk,
        customer=customer_at(gateway, payment.company),
        method=card.reference,
        amount=payment.charged.amount,
        currency=str(payment.charged.currency),
        description=f"{payment.company} {payment.purpose}",
        is_off_session=payment.is_off_session,
        return_url=return_url(payment),
    )
    return gateway.charge(order, key=f"payment:{payment.pk}")


def _found(gateway: CardGateway, payment: Payment) -> GatewayPayment | None:
    customer = customer_at(gateway, payment.company)
    return gateway.find_payment(payment.pk, customer=customer, since=payment.recorded_at)


def _is_abandoned(payment: Payment, *, at: datetime) -> bool:
    return payment.created_at + ANSWERED_WITHIN <= at


def _reread(payment_id: UUID) -> Payment:
    return Payment.objects.select_related("company", "payment_method").get(pk=payment_id)
