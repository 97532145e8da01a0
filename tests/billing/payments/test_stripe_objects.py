"""What Stripe's answers mean to us."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

import pytest

from billing.payments.gateways.base import DisputeOutcome, Outcome, RefundOutcome
from billing.payments.gateways.stripe_objects import (
    Json,
    dispute_of,
    is_hard_decline,
    payment_of,
    reason,
    refund_of,
)

OURS = "01890000-0000-7000-8000-000000000001"


def intent(status: str, **fields: object) -> Json:
    return {
        "id": "pi_1",
        "status": status,
        "amount": 47500,
        "amount_received": 47500 if status == "succeeded" else 0,
        "currency": "usd",
        "metadata": {"payment": OURS},
        "client_secret": "pi_1_secret_x",
    } | fields


def test_a_succeeded_intent_is_what_was_received() -> None:
    seen = payment_of(intent("succeeded", amount_received=47000))
    assert (seen.outcome, seen.amount, seen.currency) == (Outcome.SUCCEEDED, Decimal(470), "USD")
    assert seen.payment_id == UUID(OURS)


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        ("requires_action", Outcome.REQUIRES_ACTION),
        ("processing", Outcome.PROCESSING),
        ("requires_capture", Outcome.PROCESSING),
        ("requires_payment_method", Outcome.FAILED),
        ("canceled", Outcome.FAILED),
    ],
)
def test_every_other_status_moves_no_money(status: str, outcome: Outcome) -> None:
    assert payment_of(intent(status)).outcome is outcome


def test_the_issuers_reason_is_told_before_stripes() -> None:
    error = {"code": "card_declined", "decline_code": "insufficient_funds", "message": "No."}
    seen = payment_of(intent("requires_payment_method", last_payment_error=error))
    assert (seen.failure_code, seen.failure_message) == ("insufficient_funds", "No.")
    assert not seen.is_hard_decline
    assert reason({"code": "expired_card"}) == "expired_card"


@pytest.mark.parametrize(
    "error",
    [
        {"code": "card_declined", "decline_code": "stolen_card"},
        {"code": "card_declined", "decline_code": "lost_card"},
        {"code": "card_declined", "decline_code": "invalid_account"},
        {"code": "expired_card"},
        {"code": "card_declined", "decline_code": "generic", "advice_code": "do_not_try_again"},
    ],
)
def test_cards_that_are_gone_are_not_tried_again(error: Json) -> None:
    assert is_hard_decline(error)


@pytest.mark.parametrize(
    "error",
    [
        {"code": "card_declined", "decline_code": "insufficient_funds"},
        {"code": "card_declined", "decline_code": "generic_decline"},
        {"code": "processing_error"},
        {"code": "authentication_required", "decline_code": "authentication_required"},
        {},
    ],
)
def test_other_declines_may_pass_tomorrow(error: Json) -> None:
    assert not is_hard_decline(error)


def test_metadata_of_others_is_no_id_of_ours() -> None:
    assert payment_of(intent("succeeded", metadata={"payment": "order 7"})).payment_id is None
    assert payment_of(intent("succeeded", metadata=None)).payment_id is None


def test_refunds_and_disputes() -> None:
    refund = refund_of(
        {
            "id": "re_1",
            "status": "pending",
            "amount": 1000,
            "currency": "jpy",
            "payment_intent": "pi_1",
            "metadata": {"refund": OURS},
        }
    )
    assert (refund.outcome, refund.amount) == (RefundOutcome.PENDING, Decimal(1000))
    dispute: Json = {
        "id": "dp_1",
        "status": "lost",
        "amount": 47500,
        "currency": "usd",
        "payment_intent": "pi_1",
        "reason": "fraudulent",
        "balance_transactions": [{"fee": 1500}],
    }
    seen = dispute_of(dispute)
    assert seen is not None
    assert (seen.outcome, seen.fee) == (DisputeOutcome.LOST, Decimal(15))
    assert dispute_of(dispute | {"status": "warning_needs_response"}) is None
