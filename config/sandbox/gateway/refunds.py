"""Refunds: never more than is left of the charge; some take time, some fail.

Stripe's test cards decide: …7726 stays pending for a moment, …5126 succeeds and fails afterwards.
"""

from __future__ import annotations

import asyncio

from config.sandbox.gateway.charges import refunded_amount, shown_charge
from config.sandbox.gateway.methods import what_follows
from config.sandbox.gateway.objects import Answer, Json, a_list, invalid, missing, whole_number
from config.sandbox.gateway.service import Gateway

SETTLING_SECONDS = 1.0


async def create_refund(gateway: Gateway, params: Json) -> Answer:
    """Raises StripeError 400 for more than is left, and for a disputed charge."""
    async with gateway.refunding:
        return await _create(gateway, params)


async def _create(gateway: Gateway, params: Json) -> Answer:
    charge = await _charge(gateway, params)
    amount = _allowed_amount(gateway, charge, params)
    metadata = params.get("metadata", {})
    refund = await gateway.upstream.post(
        "/v1/refunds", {"charge": charge["id"], "amount": amount, "metadata": metadata}
    )
    fate = what_follows(gateway, charge["payment_method"])
    refund |= {
        "payment_intent": charge["payment_intent"],
        "reason": params.get("reason"),
        "status": "pending" if fate == "refund_pending" else "succeeded",
        "_fate": fate,
    }
    _keep(gateway, refund)
    gateway.webhooks.send("refund.created", _shown(refund))
    gateway.webhooks.send("charge.refunded", shown_charge(gateway, charge))
    return Answer(200, _shown(refund))


async def retrieve_refund(gateway: Gateway, object_id: str, params: Json) -> Answer:
    refund = gateway.state.find("refund", object_id)
    if refund is None:
        raise missing("refund", object_id)
    return Answer(200, _shown(refund))


async def list_refunds(gateway: Gateway, params: Json) -> Answer:
    """Newest first, of one charge or payment intent where asked."""
    intent = params.get("payment_intent")
    found = gateway.state.all("refund", parent=params.get("charge"))
    chosen = [_shown(refund) for refund in found if intent in (None, refund["payment_intent"])]
    limit = whole_number(params.get("limit", 10), param="limit")
    after = params.get("starting_after")
    return Answer(200, a_list("/v1/refunds", chosen, limit=limit, starting_after=after))


async def settle_forever(gateway: Gateway) -> None:
    """Let pending refunds succeed and doomed ones fail, a moment after they were made."""
    while True:
        await asyncio.sleep(SETTLING_SECONDS)
        for refund in gateway.state.all("refund"):
            if refund["_fate"]:
                _settle(gateway, refund)


def _settle(gateway: Gateway, refund: Json) -> None:
    failed = refund["_fate"] == "refund_fails"
    settled = refund | {"status": "failed" if failed else "succeeded", "_fate": ""}
    if failed:
        settled["failure_reason"] = "expired_or_canceled_card"
    _keep(gateway, settled)
    gateway.webhooks.send("refund.updated", _shown(settled))
    if failed:
        gateway.webhooks.send("refund.failed", _shown(settled))


async def _charge(gateway: Gateway, params: Json) -> Json:
    if params.get("charge"):
        return await gateway.upstream.get(f"/v1/charges/{params['charge']}")
    if not params.get("payment_intent"):
        raise invalid("One of the following params should be provided: payment_intent or charge.")
    intent = await gateway.upstream.get(f"/v1/payment_intents/{params['payment_intent']}")
    charge: Json | None = intent["latest_charge"]
    if charge is None or intent["status"] != "succeeded":
        raise invalid("This PaymentIntent does not have a successful charge to refund.")
    return charge


def _allowed_amount(gateway: Gateway, charge: Json, params: Json) -> int:
    left = charge["amount"] - refunded_amount(gateway, charge["id"])
    if gateway.state.all("dispute", parent=charge["id"]):
        raise invalid(f"Charge {charge['id']} has been charged back.", code="charge_disputed")
    if left <= 0:
        message = f"Charge {charge['id']} has already been refunded."
        raise invalid(message, code="charge_already_refunded")
    amount = whole_number(params.get("amount", left), param="amount")
    if not 0 < amount <= left:
        message = f"Refund amount ({amount}) is not between 1 and the unrefunded amount ({left})."
        raise invalid(message, param="amount", code="amount_too_large")
    return amount


def _keep(gateway: Gateway, refund: Json) -> None:
    gateway.state.keep("refund", refund, parent=refund["charge"])


def _shown(refund: Json) -> Json:
    return {name: value for name, value in refund.items() if not name.startswith("_")}
