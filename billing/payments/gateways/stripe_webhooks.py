"""Stripe's webhooks: is it theirs, and what does it say?

The signature's time is real time, whatever the business clock says.
Source: https://docs.stripe.com/webhooks/signature.
"""

from __future__ import annotations

import json
import time

import stripe

from billing.payments.exceptions import WebhookRefused
from billing.payments.gateways.base import Fact, Notice
from billing.payments.gateways.stripe_objects import dispute_of, payment_of, refund_of

TOLERANCE_SECONDS = 300
PAYMENT_EVENTS = frozenset(
    f"payment_intent.{what}"
    for what in ("succeeded", "payment_failed", "canceled", "processing", "requires_action")
)


def read(body: bytes, *, signature: str, secret: str) -> Notice:
    """The event in the body. Raises WebhookRefused unless it is Stripe's, fresh and readable."""
    text = _text(body)
    _check_signature(text, signature, secret)
    try:
        event = json.loads(text)
        return Notice(reference=str(event["id"]), type=str(event["type"]), payload=event)
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise WebhookRefused("The body is no event.") from error


def fact(notice: Notice) -> Fact | None:
    """Raises WebhookRefused for an event of our kinds that lacks what it must have."""
    try:
        thing = notice.payload["data"]["object"]  # type: ignore[index]
        if notice.type in PAYMENT_EVENTS:
            return payment_of(thing)
        if notice.type.startswith("refund.") or notice.type == "charge.refund.updated":
            return refund_of(thing)
        if notice.type.startswith("charge.dispute."):
            return dispute_of(thing)
    except (KeyError, TypeError, AttributeError) as error:
        raise WebhookRefused(f"The event {notice.reference} lacks {error}.") from error
    return None


def _text(body: bytes) -> str:
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        raise WebhookRefused("The body is not UTF-8.") from error
    if "\\u0000" in text:
        raise WebhookRefused("The body has a NUL character.")
    return text


def _check_signature(text: str, signature: str, secret: str) -> None:
    if not signature.isascii():
        raise WebhookRefused("The signature header is not ASCII.")
    try:
        stripe.WebhookSignature.verify_header(text, signature, secret, TOLERANCE_SECONDS)
    except stripe.SignatureVerificationError as error:
        raise WebhookRefused(str(error.user_message)) from error
    times = [part[2:] for part in signature.split(",") if part.startswith("t=")]
    if int(times[0]) > time.time() + TOLERANCE_SECONDS:
        raise WebhookRefused("The signature is of the future.")
