"""What can be made to go wrong at the gateway."""

from __future__ import annotations

from config.sandbox.faults import Faults
from config.sandbox.gateway.objects import StripeError

BEFORE = ("timeout_before", "500_before")
LOST = "timeout_after_charge"
AFTER = (LOST, "500_after_charge")
REQUEST = ("decline_charge", "wrong_amount")
WEBHOOK = (
    "repeat_webhooks",
    "delay_webhooks",
    "reorder_webhooks",
    "drop_webhooks",
    "bad_signature",
)
MOVES_MONEY = r"/v1/(payment_intents(/\w+/confirm)?|refunds)"


def gateway_faults() -> Faults:
    """None yet; time-outs and 500s hit the requests that move money unless told otherwise."""
    return Faults((*BEFORE, *AFTER, *REQUEST, *WEBHOOK), path=MOVES_MONEY)


def server_error() -> StripeError:
    return StripeError(500, "api_error", "An unknown error occurred.")
