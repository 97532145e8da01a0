"""Disputes: the bank takes a charge back, and may lose or win. Tests open and close them."""

from __future__ import annotations

from config.sandbox.gateway.objects import (
    Answer,
    Json,
    a_list,
    invalid,
    missing,
    new_id,
    timestamp,
    whole_number,
)
from config.sandbox.gateway.service import Gateway

OUTCOMES = ("won", "lost")


async def open_dispute(
    gateway: Gateway, charge: str, *, amount: int | None = None, reason: str = "fraudulent"
) -> Json:
    """Take the charge, or a part of it in minor units, back.

    Raises StripeError 404 for an unknown charge, 400 for more than the charge.
    """
    known = await gateway.upstream.get(f"/v1/charges/{charge}")
    amount = known["amount"] if amount is None else amount
    if not 0 < amount <= known["amount"]:
        raise invalid(f"A dispute takes 1 to {known['amount']}.", param="amount")
    dispute: Json = {
        "id": new_id("dp_"),
        "object": "dispute",
        "amount": amount,
        "charge": charge,
        "created": timestamp(),
        "currency": known["currency"],
        "is_charge_refundable": False,
        "livemode": False,
        "metadata": {},
        "payment_intent": known["payment_intent"],
        "reason": reason,
        "status": "needs_response",
    }
    gateway.state.keep("dispute", dispute, parent=charge)
    gateway.webhooks.send("charge.dispute.created", dispute)
    gateway.webhooks.send("charge.dispute.funds_withdrawn", dispute)
    return dispute


def close_dispute(gateway: Gateway, object_id: str, *, outcome: str) -> Json:
    """Raises StripeError 400 for another outcome than won and lost, or when closed already."""
    dispute = found_dispute(gateway, object_id)
    if outcome not in OUTCOMES:
        raise invalid("outcome is one of won, lost", param="outcome")
    if dispute["status"] in OUTCOMES:
        raise invalid(f"Dispute {object_id} is closed: {dispute['status']}.")
    dispute["status"] = outcome
    gateway.state.keep("dispute", dispute, parent=dispute["charge"])
    gateway.webhooks.send("charge.dispute.closed", dispute)
    if outcome == "won":
        gateway.webhooks.send("charge.dispute.funds_reinstated", dispute)
    return dispute


def found_dispute(gateway: Gateway, object_id: str) -> Json:
    dispute = gateway.state.find("dispute", object_id)
    if dispute is None:
        raise missing("dispute", object_id)
    return dispute


async def retrieve_dispute(gateway: Gateway, object_id: str, params: Json) -> Answer:
    return Answer(200, found_dispute(gateway, object_id))


async def accept_dispute(gateway: Gateway, object_id: str, params: Json) -> Answer:
    """Stripe's `close`: the merchant gives in."""
    return Answer(200, close_dispute(gateway, object_id, outcome="lost"))


async def list_disputes(gateway: Gateway, params: Json) -> Answer:
    intent = params.get("payment_intent")
    found = gateway.state.all("dispute", parent=params.get("charge"))
    chosen = [dispute for dispute in found if intent in (None, dispute["payment_intent"])]
    limit = whole_number(params.get("limit", 10), param="limit")
    after = params.get("starting_after")
    return Answer(200, a_list("/v1/disputes", chosen, limit=limit, starting_after=after))
