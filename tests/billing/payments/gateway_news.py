"""Webhooks of the sandbox gateway, delivered when the test says so."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import stripe
from django.conf import settings
from rest_framework.test import APIClient

from config.sandbox.testing import Stack

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Answer

ROUTE = "/api/v1/gateways/stripe/webhook/"
Event = dict[str, Any]


def news(stripe_sandbox: Stack, kind: str, *, about: str = "") -> list[Event]:
    """The events of a type, oldest first; `about` is a reference that they must mention."""
    entries = reversed(stripe_sandbox.state()["events"])
    found = [entry["body"] for entry in entries if entry["type"] == kind]
    return [event for event in found if about in json.dumps(event)]


def deliver(
    event: Mapping[str, object] | bytes,
    *,
    secret: str | None = None,
    sent_at: int | None = None,
    header: str | None = None,
) -> Answer:
    """Post an event as the gateway would, signed with its secret unless told otherwise."""
    body = event if isinstance(event, bytes) else json.dumps(event).encode()
    signature = header
    if signature is None:
        signature = stripe.WebhookSignature.generate_signature_header(
            body.decode(errors="replace"), secret or settings.STRIPE_WEBHOOK_SECRET, sent_at
        )
    answer: Answer = APIClient().post(  # type: ignore[assignment]
        ROUTE, body, content_type="application/json", headers={"Stripe-Signature": signature}
    )
    return answer
