"""Payment methods: made from card fields, attached to customers, declined with the reason."""

from __future__ import annotations

from http import HTTPStatus

from config.sandbox.gateway.cards import KNOWN_TOKENS, TOKENS, card_error, checked_card, traits_of
from config.sandbox.gateway.objects import Answer, Json, StripeError, invalid
from config.sandbox.gateway.service import Gateway, split

KNOWN = {"type", "billing_details", "card", "sepa_debit", "metadata"}


async def create_method(gateway: Gateway, params: Json) -> Answer:
    taken, _ = split(params, KNOWN)
    if taken.get("type") != "card" or not isinstance(taken.get("card"), dict):
        raise invalid("The sandbox takes cards: send type=card and card[number] …", param="type")
    card = checked_card(taken["card"])
    method = await gateway.upstream.post("/v1/payment_methods", taken | {"card": card})
    gateway.state.lay_over(method["id"], traits_of(card["number"]).overlay)
    return Answer(200, gateway.presented(method))


async def attach_method(gateway: Gateway, object_id: str, params: Json) -> Answer:
    """Attach to a customer. Declines name their reason; an event follows."""
    return Answer(200, await attached(gateway, object_id, str(params.get("customer", ""))))


async def attached(gateway: Gateway, object_id: str, customer: str) -> Json:
    real = await resolved(gateway, object_id)
    try:
        params = {"customer": customer}
        method = await gateway.upstream.post(f"/v1/payment_methods/{real}/attach", params)
    except StripeError as error:
        if error.answer.status == HTTPStatus.PAYMENT_REQUIRED:
            raise declined(gateway, real) from error
        raise
    shown = gateway.presented(method)
    gateway.webhooks.send("payment_method.attached", shown)
    return shown


async def resolved(gateway: Gateway, object_id: str) -> str:
    """The id of a payment method; one of Stripe's test tokens becomes a method first."""
    number = TOKENS.get(object_id) or KNOWN_TOKENS.get(object_id)
    if number is None:
        return object_id
    card = {"number": number, "exp_month": 12, "exp_year": 2034, "cvc": "123"}
    answer = await create_method(gateway, {"type": "card", "card": card})
    return str(answer.body["id"])


def declined(gateway: Gateway, method: str | None, **more: object) -> StripeError:
    traits = _traits(gateway, method)
    code, decline_code = traits.get("code", "card_declined"), traits.get("decline_code")
    return card_error(code, decline_code or "generic_decline", **more)


def what_follows(gateway: Gateway, method: str | None) -> str:
    """What this card does after a charge: `refund_pending`, `refund_fails`, `disputed` or ''."""
    return str(_traits(gateway, method).get("then", ""))


def why_never_charged(gateway: Gateway, method: str | None) -> str:
    """The decline code of a card that no charge succeeds with, attached or not; else ''."""
    traits = _traits(gateway, method)
    return str(traits["decline_code"]) if traits.get("never_charged") else ""


def _traits(gateway: Gateway, method: str | None) -> Json:
    traits: Json = gateway.state.overlay(method).get("_traits", {}) if method else {}
    return traits


async def retrieve_method(gateway: Gateway, object_id: str, params: Json) -> Answer:
    real = await resolved(gateway, object_id)
    return Answer(200, gateway.presented(await gateway.upstream.get(f"/v1/payment_methods/{real}")))
