"""Charges, with what was refunded of them and whether they are disputed."""

from __future__ import annotations

from config.sandbox.gateway.objects import Answer, Json
from config.sandbox.gateway.service import Gateway

COUNTED = ("succeeded", "pending")


async def retrieve_charge(gateway: Gateway, object_id: str, params: Json) -> Answer:
    query = "&".join(f"expand[]={path}" for path in params.get("expand", []))
    charge = await gateway.upstream.get(f"/v1/charges/{object_id}?{query}")
    return Answer(200, shown_charge(gateway, charge))


def shown_charge(gateway: Gateway, charge: Json) -> Json:
    refunded = refunded_amount(gateway, charge["id"])
    shown = gateway.presented(charge)
    shown.pop("refunds", None)
    return shown | {
        "amount_refunded": refunded,
        "refunded": refunded >= charge["amount"],
        "disputed": bool(gateway.state.all("dispute", parent=charge["id"])),
    }


def refunded_amount(gateway: Gateway, charge: str) -> int:
    """Minor units given back or on their way back."""
    refunds = gateway.state.all("refund", parent=charge)
    return sum(refund["amount"] for refund in refunds if refund["status"] in COUNTED)
