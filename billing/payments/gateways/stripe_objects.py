"""Stripe's objects, from its client or from a webhook, in our words. Pure.

Source: https://docs.stripe.com/api.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from billing.payments.gateways.base import (
    Card,
    DisputeOutcome,
    GatewayDispute,
    GatewayPayment,
    GatewayRefund,
    Outcome,
    RefundOutcome,
)
from billing.payments.gateways.minor_units import from_units

# Somebody else's JSON: its shape is Stripe's to say, not the type checker's.
Json = dict[str, Any]

# Under these names our ids travel in the metadata.
PAYMENT = "payment"
REFUND = "refund"

OUTCOMES = {
    "succeeded": Outcome.SUCCEEDED,
    "requires_action": Outcome.REQUIRES_ACTION,
    "requires_payment_method": Outcome.FAILED,
    "canceled": Outcome.FAILED,
}
REFUND_OUTCOMES = {
    "succeeded": RefundOutcome.SUCCEEDED,
    "failed": RefundOutcome.FAILED,
    "canceled": RefundOutcome.FAILED,
}
# Inquiries (`warning_…`) and prevented disputes move no money, and are not here.
DISPUTE_OUTCOMES = {
    "needs_response": DisputeOutcome.OPEN,
    "under_review": DisputeOutcome.OPEN,
    "won": DisputeOutcome.WON,
    "lost": DisputeOutcome.LOST,
}
# Reasons after which the same card will not do: https://docs.stripe.com/declines/codes.
_HARD_DECLINES = (
    "card_not_supported do_not_try_again expired_card fraudulent incorrect_number invalid_account "
    "invalid_expiry_year invalid_number lost_card new_account_information_available pickup_card "
    "restricted_card revocation_of_all_authorizations revocation_of_authorization "
    "security_violation stolen_card stop_payment_order transaction_not_allowed"
)
HARD_DECLINES = frozenset(_HARD_DECLINES.split())
NO_RETRY = "do_not_try_again"
CANCELED = "canceled"


def card_of(method: Json) -> Card:
    card = method.get("card") or {}
    return Card(
        reference=method["id"],
        brand=card.get("brand") or method["type"],
        last4=card.get("last4") or "",
        exp_month=card.get("exp_month") or 0,
        exp_year=card.get("exp_year") or 0,
    )


def payment_of(intent: Json) -> GatewayPayment:
    currency = intent["currency"].upper()
    outcome = OUTCOMES.get(intent["status"], Outcome.PROCESSING)
    is_paid = outcome is Outcome.SUCCEEDED
    error = intent.get("last_payment_error") or {}
    failed = outcome is Outcome.FAILED
    return GatewayPayment(
        reference=intent["id"],
        outcome=outcome,
        amount=from_units(intent["amount_received" if is_paid else "amount"], currency),
        currency=currency,
        payment_id=_our_id(intent, PAYMENT),
        client_secret=intent.get("client_secret") or "",
        action_url=_action_url(intent),
        failure_code=_failure_code(intent, error) if failed else "",
        failure_message=(error.get("message") or "") if failed else "",
        is_hard_decline=failed and is_hard_decline(error),
    )


def refund_of(refund: Json) -> GatewayRefund:
    currency = refund["currency"].upper()
    return GatewayRefund(
        reference=refund["id"],
        payment_reference=refund.get("payment_intent") or "",
        outcome=REFUND_OUTCOMES.get(refund["status"], RefundOutcome.PENDING),
        amount=from_units(refund["amount"], currency),
        currency=currency,
        refund_id=_our_id(refund, REFUND),
        failure_code=refund.get("failure_reason") or "",
    )


def dispute_of(dispute: Json) -> GatewayDispute | None:
    outcome = DISPUTE_OUTCOMES.get(dispute["status"])
    if outcome is None:
        return None
    currency = dispute["currency"].upper()
    movements = dispute.get("balance_transactions") or []
    return GatewayDispute(
        reference=dispute["id"],
        payment_reference=dispute.get("payment_intent") or "",
        outcome=outcome,
        amount=from_units(dispute["amount"], currency),
        currency=currency,
        reason=dispute.get("reason") or "",
        fee=from_units(sum(movement.get("fee") or 0 for movement in movements), currency),
    )


def reason(error: Json) -> str:
    """The most telling code of an error: the issuer's, else Stripe's."""
    return error.get("decline_code") or error.get("code") or ""


def is_hard_decline(error: Json) -> bool:
    codes = {error.get("decline_code"), error.get("code")}
    return error.get("advice_code") == NO_RETRY or not codes.isdisjoint(HARD_DECLINES)


def _failure_code(intent: Json, error: Json) -> str:
    """The reason of the last try; a withdrawn payment has none any more."""
    if intent["status"] == CANCELED:
        return CANCELED
    return reason(error) or str(intent["status"])


def _action_url(intent: Json) -> str:
    action = intent.get("next_action") or {}
    return (action.get("redirect_to_url") or {}).get("url") or ""


def _our_id(thing: Json, name: str) -> UUID | None:
    text = (thing.get("metadata") or {}).get(name)
    try:
        return UUID(text) if text else None
    except ValueError:
        return None
