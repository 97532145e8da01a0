"""The gateway's own news: stored before anything else, then acted on once.

Duplicates are the same row. Order does not matter, because each action looks at what is booked.
What cannot be believed (a wrong amount) is kept as failed for staff, and books nothing.
"""

from __future__ import annotations

from datetime import datetime

from django.db import DatabaseError, DataError, transaction
from django.db.models import F

from billing.payments.actions.disputes import settle_dispute
from billing.payments.actions.refund_settling import record_gateway_refund, settle_refund
from billing.payments.actions.settling import WRONG_AMOUNT, settle_payment
from billing.payments.exceptions import WebhookRefused
from billing.payments.gateways.base import (
    Fact,
    GatewayDispute,
    GatewayPayment,
    GatewayRefund,
    Notice,
)
from billing.payments.gateways.registry import card_gateway
from billing.payments.models import GatewayEvent, Payment
from billing.payments.queries import payment_of_gateway, refund_of_gateway

GIVE_UP_AFTER = 20


def receive_webhook(gateway: str, body: bytes, *, signature: str, at: datetime) -> GatewayEvent:
    """Keep the webhook and act on it. When acting fails for the moment the job tries again.

    Raises WebhookRefused when it is not the gateway's; nothing is kept then.
    """
    notice = card_gateway(gateway).read_webhook(body, signature=signature)
    event = _stored(gateway, notice, at=at)
    try:
        return apply_gateway_event(event, at=at)
    except DatabaseError:
        return event


def _stored(gateway: str, notice: Notice, *, at: datetime) -> GatewayEvent:
    """The webhook's row; raises WebhookRefused for what no text column takes."""
    try:
        with transaction.atomic():
            event, _ = GatewayEvent.objects.get_or_create(
                gateway=gateway,
                reference=notice.reference,
                defaults={"type": notice.type, "payload": notice.payload, "received_at": at},
            )
    except (DataError, UnicodeEncodeError) as error:
        raise WebhookRefused("The event cannot be stored.") from error
    return event


def apply_gateway_event(event: GatewayEvent, *, at: datetime) -> GatewayEvent:
    """Act on a stored webhook that nobody has acted on yet.

    The try is counted and committed first, so that one that always breaks comes last and in the
    end is given up.
    """
    GatewayEvent.objects.filter(pk=event.pk).update(attempts=F("attempts") + 1)
    with transaction.atomic():
        event = GatewayEvent.objects.select_for_update(no_key=True).get(pk=event.pk)
        if event.status != GatewayEvent.Status.WAITING:
            return event
        event.status, event.error = _apply(event, at=at)
        event.handled_at = at
        event.save(update_fields=["status", "error", "handled_at"])
    return event


def give_up_on_event(event: GatewayEvent, *, at: datetime) -> None:
    """Tried too often: staff must look."""
    GatewayEvent.objects.filter(pk=event.pk, status=GatewayEvent.Status.WAITING).update(
        status=GatewayEvent.Status.FAILED,
        error=f"Given up after {event.attempts} tries.",
        handled_at=at,
    )


def _apply(event: GatewayEvent, *, at: datetime) -> tuple[GatewayEvent.Status, str]:
    """What came of it, and why when it was not done."""
    gateway = card_gateway(event.gateway)
    notice = Notice(reference=event.reference, type=event.type, payload=event.payload)
    try:
        fact = gateway.fact(notice)
    except WebhookRefused as refusal:
        return GatewayEvent.Status.FAILED, str(refusal)
    if fact is None:
        return GatewayEvent.Status.IGNORED, ""
    payment = _payment(event.gateway, fact)
    if payment is None:
        return GatewayEvent.Status.IGNORED, "Not a payment of ours."
    return _settle(payment, fact, at=at)


def _payment(gateway: str, fact: Fact) -> Payment | None:
    if isinstance(fact, GatewayPayment):
        return payment_of_gateway(gateway, fact.reference, fact.payment_id)
    return payment_of_gateway(gateway, fact.payment_reference, None)


def _settle(payment: Payment, fact: Fact, *, at: datetime) -> tuple[GatewayEvent.Status, str]:
    if isinstance(fact, GatewayPayment):
        return _settle_payment(payment, fact, at=at)
    if isinstance(fact, GatewayRefund):
        _settle_refund(payment, fact, at=at)
    elif isinstance(fact, GatewayDispute):
        settle_dispute(payment, fact, at=at)
    return GatewayEvent.Status.DONE, ""


def _settle_payment(
    payment: Payment, fact: GatewayPayment, *, at: datetime
) -> tuple[GatewayEvent.Status, str]:
    asked = payment.charged.amount, str(payment.charged.currency)
    if asked != (fact.amount, fact.currency):
        problem = f"{fact.amount} {fact.currency} instead of {payment.charged}"
        if payment.entry_id is None:
            settle_payment(payment.pk, fact, at=at)
        return GatewayEvent.Status.FAILED, f"{WRONG_AMOUNT}: {problem}"
    settle_payment(payment.pk, fact, at=at)
    return GatewayEvent.Status.DONE, ""


def _settle_refund(payment: Payment, fact: GatewayRefund, *, at: datetime) -> None:
    known = refund_of_gateway(payment, fact.reference, fact.refund_id)
    if known is not None:
        settle_refund(known.pk, fact, at=at)
    elif payment.entry_id is not None:
        record_gateway_refund(payment, fact, at=at)
