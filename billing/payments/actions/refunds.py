"""Giving money back: the customer's balance goes down first, then the gateway is told."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.db.models.functions import Now
from djmoney.money import Money

from accounts.audit.actions import record
from billing.ledger.queries import deposit_held, lock_payer, most_alone
from billing.money.calc import is_in_minor_units, minor_digits, plain
from billing.payments.actions.charging import REPEATED_WITHIN
from billing.payments.actions.refund_settling import (
    book_refund_intent,
    locked_refund,
    settle_lost_refund,
    settle_refund,
    settle_refused_refund,
)
from billing.payments.conversion import share_to_return
from billing.payments.exceptions import (
    DepositHeld,
    GatewayRefused,
    GatewayUnavailable,
    InvalidPaymentAmount,
    KeyReused,
    NotRefundable,
    RefundDecided,
    RefundExceedsPayment,
    SecondPersonNeeded,
)
from billing.payments.gateways.base import RefundOrder
from billing.payments.gateways.registry import gateway
from billing.payments.models import Payment, Refund
from billing.payments.queries import lock_payment, money_json, refundable
from config.clock import wall

REFUNDABLE = (Payment.Status.COMPLETED, Payment.Status.PARTIALLY_REFUNDED)


def refund_payment(
    payment: Payment, *, amount: Decimal | None, reason: str, key: str, by: str, at: datetime
) -> Refund:
    """Give back `amount`, or all that is left. Repeating a key refunds nothing again.

    Above `four_eyes_amount` it is only proposed: `approve_refund` by a second person does it.
    Calls the gateway, so not inside a transaction. Raises NotRefundable, RefundExceedsPayment,
    InvalidPaymentAmount, KeyReused.
    """
    with transaction.atomic(durable=True):
        refund = open_refund(payment, amount=amount, reason=reason, key=key, by=by, at=at)
    return send_refund(refund, at=at)


def approve_refund(refund: Refund, *, by: str, at: datetime) -> Refund:
    """The second person agrees: the refund is made. Raises RefundDecided, SecondPersonNeeded."""
    with transaction.atomic(durable=True):
        refund = _decide(refund, status=Refund.Status.PENDING, by=by, at=at)
        book_refund_intent(refund, at=at, by=by)
    return send_refund(refund, at=at)


@transaction.atomic
def decline_refund(refund: Refund, *, by: str, at: datetime) -> Refund:
    """The refund is not made. Who proposed it may withdraw it. Raises RefundDecided."""
    return _decide(refund, status=Refund.Status.DECLINED, by=by, at=at)


def send_refund(refund: Refund, *, at: datetime) -> Refund:
    """Tell the gateway of a pending refund, and record its answer."""
    if refund.status != Refund.Status.PENDING:
        return refund
    try:
        seen = gateway(refund.payment.gateway).refund(_order(refund), key=f"refund:{refund.pk}")
    except GatewayUnavailable:
        return refund
    except GatewayRefused as refusal:
        return settle_refused_refund(refund.pk, refusal, at=at)
    return settle_refund(refund.pk, seen, at=at)


def reconcile_refund(refund: Refund, *, at: datetime) -> Refund:
    """Finish a refund whose outcome is not known: found by our id, else sent again while its key
    makes that harmless, else given up. Raises GatewayUnavailable when there is still no answer.
    """
    payment = refund.payment
    seen = gateway(payment.gateway).find_refund(
        refund.pk, payment_reference=payment.gateway_reference
    )
    if seen is not None:
        return settle_refund(refund.pk, seen, at=at)
    if wall() - refund.recorded_at > REPEATED_WITHIN:
        return settle_lost_refund(refund.pk, at=at)
    return send_refund(refund, at=at)


def open_refund(
    payment: Payment, *, amount: Decimal | None, reason: str, key: str, by: str, at: datetime
) -> Refund:
    """Step one, in the caller's transaction: the intent, or above `four_eyes_amount` a proposal.

    Raises as `refund_payment`.
    """
    lock_payer(payment.company_id, str(payment.amount.currency))
    payment = lock_payment(payment.pk)
    before = Refund.objects.select_related("payment").filter(key=key).first()
    if before is not None:
        return _same(before, payment, amount)
    money = Money(_allowed(payment, amount), payment.amount.currency)
    needs_approval = money.amount > most_alone(str(money.currency), at=at)
    refund = Refund.objects.create(
        payment=payment,
        amount=money,
        taken=share_to_return(payment, money.amount),
        reason=reason,
        status=Refund.Status.PROPOSED if needs_approval else Refund.Status.PENDING,
        key=key,
        by=by,
        created_at=at,
        checked_at=Now(),
    )
    _audit("refund.proposed" if needs_approval else "refund.made", refund, by=by, at=at)
    if not needs_approval:
        book_refund_intent(refund, at=at, by=by)
    return refund


def _allowed(payment: Payment, amount: Decimal | None) -> Decimal:
    """The amount to refund. Raises NotRefundable, RefundExceedsPayment, InvalidPaymentAmount."""
    if payment.status not in REFUNDABLE:
        raise NotRefundable(payment.status)
    if payment.purpose == Payment.Purpose.DEPOSIT and deposit_held(payment.company):
        raise DepositHeld
    left, currency = refundable(payment), str(payment.amount.currency)
    wanted = left if amount is None else amount
    if wanted > left or left == 0:
        raise RefundExceedsPayment(f"{plain(left, at_least=minor_digits(currency))} {currency}")
    if wanted <= 0 or not is_in_minor_units(wanted, currency):
        raise InvalidPaymentAmount("The amount must be above zero, in whole minor units.")
    return wanted


def _same(refund: Refund, payment: Payment, amount: Decimal | None) -> Refund:
    if refund.payment_id != payment.pk or amount not in (None, refund.amount.amount):
        raise KeyReused
    return refund


def _decide(refund: Refund, *, status: Refund.Status, by: str, at: datetime) -> Refund:
    refund = locked_refund(refund.pk)
    if refund.status != Refund.Status.PROPOSED:
        raise RefundDecided(refund.status)
    if status == Refund.Status.PENDING and refund.by == by:
        raise SecondPersonNeeded
    refund.status, refund.decided_by, refund.checked_at = status, by, Now()
    refund.save(update_fields=["status", "decided_by", "checked_at"])
    _audit(f"refund.{'approved' if status == 'pending' else 'declined'}", refund, by=by, at=at)
    return refund


def _order(refund: Refund) -> RefundOrder:
    return RefundOrder(
        refund_id=refund.pk,
        payment_reference=refund.payment.gateway_reference,
        amount=refund.returned.amount,
        currency=str(refund.returned.currency),
    )


def _audit(action: str, refund: Refund, *, by: str, at: datetime) -> None:
    record(
        action,
        actor=by,
        at=at,
        company=refund.payment.company,
        target=f"refund:{refund.pk}",
        after={"amount": money_json(refund.amount)},
        reason=refund.reason,
    )
