"""Recording what became of a refund. Money goes back in two steps.

at intent   customer −20, refunds +20
confirmed   refunds −20, cash +20
failed      refunds −20, customer +20
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models.functions import Now
from djmoney.money import Money

from accounts.events.actions import publish
from billing.ledger.actions import LegSpec, make_entry
from billing.ledger.models import AccountKind, EntryKind
from billing.ledger.queries import lock_payer
from billing.payments.conversion import exchange_legs, share_of_account
from billing.payments.exceptions import GatewayRefused
from billing.payments.gateways.base import GatewayRefund, RefundOutcome
from billing.payments.models import Payment, Refund
from billing.payments.queries import lock_payment, lock_refund, money_json, payment_data, refunded
from billing.payments.registry import tell_outcome

LOST = "no_answer"


@transaction.atomic
def settle_refund(refund_id: UUID, seen: GatewayRefund, *, at: datetime) -> Refund:
    """Bring our refund to what the gateway sees. One that succeeded may still fail later."""
    refund = locked_refund(refund_id)
    refund.gateway_reference = seen.reference
    if seen.outcome is RefundOutcome.FAILED:
        _fail(refund, code=seen.failure_code, at=at)
    elif seen.outcome is RefundOutcome.SUCCEEDED and refund.status == Refund.Status.PENDING:
        _complete(refund, at=at)
    else:
        refund.save(update_fields=["gateway_reference"])
    return refund


@transaction.atomic
def settle_refused_refund(refund_id: UUID, refusal: GatewayRefused, *, at: datetime) -> Refund:
    """The gateway will not refund: the balance gets it back."""
    refund = locked_refund(refund_id)
    if refund.status == Refund.Status.PENDING:
        _fail(refund, code=refusal.code, at=at)
    return refund


@transaction.atomic
def settle_lost_refund(refund_id: UUID, *, at: datetime) -> Refund:
    """The gateway has never heard of it: the balance gets it back."""
    refund = locked_refund(refund_id)
    if refund.status == Refund.Status.PENDING and not refund.gateway_reference:
        _fail(refund, code=LOST, at=at)
    return refund


@transaction.atomic
def record_gateway_refund(payment: Payment, seen: GatewayRefund, *, at: datetime) -> Refund:
    """A refund that was made at the gateway, past us: it is booked all the same, once."""
    lock_payer(payment.company_id, str(payment.amount.currency))
    payment = lock_payment(payment.pk)
    refund, is_new = Refund.objects.get_or_create(
        key=f"{payment.gateway}:{seen.reference}",
        defaults={
            "payment": payment,
            "amount": Money(share_of_account(payment, seen.amount), payment.amount.currency),
            "taken": None if payment.taken is None else Money(seen.amount, seen.currency),
            "reason": "Refunded at the gateway",
            "gateway_reference": seen.reference,
            "by": "system",
            "created_at": at,
            "checked_at": Now(),
        },
    )
    if is_new:
        book_refund_intent(refund, at=at, by="system")
    return settle_refund(refund.pk, seen, at=at)


def book_refund_intent(refund: Refund, *, at: datetime, by: str) -> None:
    company = refund.payment.company
    amount, currency = refund.amount.amount, str(refund.amount.currency)
    make_entry(
        EntryKind.REFUND,
        company=company,
        legs=[
            LegSpec(AccountKind.CUSTOMER, -amount, currency, company),
            LegSpec(AccountKind.REFUNDS, amount, currency),
        ],
        key=f"refund:{refund.pk}",
        at=at,
        by=by,
        description="Refund",
        reason=refund.reason,
    )


def _complete(refund: Refund, *, at: datetime) -> None:
    refund.status, refund.settled_at = Refund.Status.COMPLETED, at
    refund.save()
    _book_settled(refund, sign=1, key=f"refund_settled:{refund.pk}", at=at)
    payment = follow_refunds(refund.payment)
    data = {"payment": payment_data(payment), "refund": {"amount": money_json(refund.amount)}}
    publish("payment.refunded", company=payment.company, data=data, at=at)
    tell_outcome(payment, at=at)


def _fail(refund: Refund, *, code: str, at: datetime) -> None:
    """Money that had left comes back first; then the balance gets what was taken from it."""
    if refund.status == Refund.Status.FAILED:
        return
    if refund.status == Refund.Status.COMPLETED:
        _book_settled(refund, sign=-1, key=f"refund_returned:{refund.pk}", at=at)
    company, currency = refund.payment.company, str(refund.amount.currency)
    make_entry(
        EntryKind.REFUND_FAILED,
        company=company,
        legs=[
            LegSpec(AccountKind.REFUNDS, -refund.amount.amount, currency),
            LegSpec(AccountKind.CUSTOMER, refund.amount.amount, currency, company),
        ],
        key=f"refund_failed:{refund.pk}",
        at=at,
        by="system",
        description="Refund failed",
    )
    refund.status, refund.failure_code, refund.settled_at = Refund.Status.FAILED, code[:64], at
    refund.save()
    tell_outcome(follow_refunds(refund.payment), at=at)


def _book_settled(refund: Refund, *, sign: int, key: str, at: datetime) -> None:
    """refunds → cash when the money has left, cash → refunds when it came back."""
    amount, back = refund.amount, refund.returned
    make_entry(
        EntryKind.REFUND_SETTLED,
        company=refund.payment.company,
        legs=[
            LegSpec(AccountKind.REFUNDS, -sign * amount.amount, str(amount.currency)),
            *exchange_legs(amount, back, sign=-sign),
            LegSpec(
                AccountKind.CASH,
                sign * back.amount,
                str(back.currency),
                detail=refund.payment.gateway,
            ),
        ],
        key=key,
        at=at,
        by="system",
        description="Refund paid out" if sign > 0 else "Refund came back",
    )


def follow_refunds(payment: Payment) -> Payment:
    """The payment's status follows what went back of it; a dispute outlasts a refund."""
    back = refunded(payment)
    if payment.status != Payment.Status.DISPUTED:
        if back == payment.amount.amount:
            payment.status = Payment.Status.REFUNDED
        elif back > 0:
            payment.status = Payment.Status.PARTIALLY_REFUNDED
        else:
            payment.status = Payment.Status.COMPLETED
        payment.save(update_fields=["status"])
    return payment


def locked_refund(refund_id: UUID) -> Refund:
    """The refund, locked after account and payment, as the lock order wants it."""
    unlocked = Refund.objects.select_related("payment").get(pk=refund_id)
    lock_payer(unlocked.payment.company_id, str(unlocked.amount.currency))
    payment = lock_payment(unlocked.payment_id)
    refund = lock_refund(refund_id)
    refund.payment = payment
    return refund
