"""Setup intents: a card is kept for later, with 3-D Secure where it wants it."""

from __future__ import annotations

from http import HTTPStatus

from config.sandbox.gateway.cards import card_error
from config.sandbox.gateway.methods import attached, create_method, declined, resolved
from config.sandbox.gateway.objects import Answer, Json, StripeError, is_true
from config.sandbox.gateway.service import Gateway, split

KNOWN = {"customer", "usage", "payment_method_types", "metadata"}


async def create_setup(gateway: Gateway, params: Json) -> Answer:
    taken, others = split(params, KNOWN)
    setup = await gateway.upstream.post("/v1/setup_intents", taken)
    _remember(gateway, setup["id"], others)
    if is_true(others.get("confirm")):
        return await confirm_setup(gateway, setup["id"], others)
    return Answer(200, shown_setup(gateway, setup))


async def confirm_setup(gateway: Gateway, object_id: str, params: Json) -> Answer:
    """Raises StripeError 402 with the reason when the card is refused."""
    _remember(gateway, object_id, params)
    method = await _method(gateway, params)
    change = {"payment_method": method} if method else {}
    try:
        await gateway.upstream.post(f"/v1/setup_intents/{object_id}/confirm", change)
    except StripeError as error:
        if error.answer.status == HTTPStatus.PAYMENT_REQUIRED:
            raise await _failed(gateway, object_id, declined(gateway, method)) from error
        raise
    return await _outcome(gateway, object_id)


async def authenticate_setup(gateway: Gateway, object_id: str, params: Json) -> Answer:
    """The customer's answer to 3-D Secure on our page."""
    if is_true(params.get("success")):
        await gateway.upstream.post(f"/v1/setup_intents/{object_id}/confirm", {})
        return await _outcome(gateway, object_id)
    code = "setup_intent_authentication_failure"
    await _failed(gateway, object_id, card_error(code))
    return await retrieve_setup(gateway, object_id, {})


async def retrieve_setup(gateway: Gateway, object_id: str, params: Json) -> Answer:
    return Answer(200, shown_setup(gateway, await _upstream_setup(gateway, object_id)))


async def cancel_setup(gateway: Gateway, object_id: str, params: Json) -> Answer:
    setup = await gateway.upstream.post(f"/v1/setup_intents/{object_id}/cancel", {})
    gateway.webhooks.send("setup_intent.canceled", shown_setup(gateway, setup))
    return Answer(200, shown_setup(gateway, setup))


def shown_setup(gateway: Gateway, setup: Json) -> Json:
    shown = gateway.presented(setup)
    return_url = gateway.state.overlay(setup["id"]).get("_return_url")
    if setup["status"] == "requires_action" and return_url:
        secret = setup["client_secret"]
        url = f"{gateway.browser_base}/_3ds/{setup['id']}?client_secret={secret}"
        redirect = {"url": url, "return_url": return_url}
        shown["next_action"] = {"type": "redirect_to_url", "redirect_to_url": redirect}
    return shown


async def _method(gateway: Gateway, params: Json) -> str | None:
    if params.get("payment_method"):
        return await resolved(gateway, params["payment_method"])
    if params.get("payment_method_data"):
        answer = await create_method(gateway, params["payment_method_data"])
        return str(answer.body["id"])
    return None


async def _outcome(gateway: Gateway, object_id: str) -> Answer:
    setup = await _upstream_setup(gateway, object_id)
    gateway.state.lay_over(object_id, {"last_setup_error": None})
    if setup["status"] == "succeeded" and setup["customer"]:
        await attached(gateway, setup["payment_method"], setup["customer"])
    shown = shown_setup(gateway, setup)
    gateway.webhooks.send(f"setup_intent.{setup['status']}", shown)
    return Answer(200, shown)


async def _failed(gateway: Gateway, object_id: str, error: StripeError) -> StripeError:
    """Back to the start, with the reason; the error to answer with."""
    start = {"status": "requires_payment_method", "payment_method": None, "next_action": None}
    setup = await gateway.upstream.post(f"/v1/setup_intents/{object_id}", start)
    reason = error.answer.body["error"]
    gateway.state.lay_over(object_id, {"last_setup_error": reason})
    shown = shown_setup(gateway, setup)
    gateway.webhooks.send("setup_intent.setup_failed", shown)
    error.answer.body["error"] = reason | {"setup_intent": shown}
    return error


async def _upstream_setup(gateway: Gateway, object_id: str) -> Json:
    return await gateway.upstream.get(f"/v1/setup_intents/{object_id}")


def _remember(gateway: Gateway, object_id: str, params: Json) -> None:
    shown = {name: params[name] for name in {"description"} & set(params)}
    notes = {"_return_url": params["return_url"]} if params.get("return_url") else {}
    gateway.state.lay_over(object_id, shown | notes)
