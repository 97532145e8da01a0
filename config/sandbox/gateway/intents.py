"""Payment intents: create, confirm, 3-D Secure, and the event of each outcome.

localstripe decides about the charge; here are Stripe's surroundings: an off-session charge that
needs the customer is a decline, an error carries its intent, a redirect leads to our 3-D Secure
page.
"""

from __future__ import annotations

from http import HTTPStatus

from config.sandbox.gateway import cards, charges, disputes
from config.sandbox.gateway.methods import (
    attached,
    declined,
    resolved,
    what_follows,
    why_never_charged,
)
from config.sandbox.gateway.objects import Answer, Json, StripeError, is_true, whole_number
from config.sandbox.gateway.service import Gateway, split
from config.sandbox.gateway.upstream import accepted

KNOWN = {
    "amount", "currency", "customer", "payment_method", "metadata", "payment_method_types",
    "capture_method", "payment_method_options",
}  # fmt: skip
SHOWN = {"description", "receipt_email", "statement_descriptor", "statement_descriptor_suffix"}
REMEMBERED = {"return_url", "setup_future_usage"}
CODES = ("expired_card", "incorrect_cvc", "processing_error")
DECLINING_CARD = {"number": "4000000000000341", "exp_month": 12, "exp_year": 2034, "cvc": "123"}


async def create_intent(gateway: Gateway, params: Json) -> Answer:
    taken, others = split(params, KNOWN)
    taken["amount"] = whole_number(taken.get("amount"), param="amount")
    if is_true(others.get("confirm")) and (fault := gateway.faults.take("wrong_amount")):
        taken["amount"] += fault.delta
    if "payment_method" in taken:
        taken["payment_method"] = await resolved(gateway, taken["payment_method"])
    intent = await gateway.upstream.post("/v1/payment_intents", taken)
    _remember(gateway, intent["id"], others)
    index_intent(gateway, intent)
    if is_true(others.get("confirm")):
        return await _confirm(gateway, intent["id"], others)
    return Answer(200, shown_intent(gateway, intent, params))


async def confirm_intent(gateway: Gateway, object_id: str, params: Json) -> Answer:
    if params.get("payment_method"):
        method = await resolved(gateway, params["payment_method"])
        change = {"payment_method": method, "latest_charge": None, "next_action": None}
        await gateway.upstream.post(f"/v1/payment_intents/{object_id}", change)
    _remember(gateway, object_id, params)
    return await _confirm(gateway, object_id, params)


async def retrieve_intent(gateway: Gateway, object_id: str, params: Json) -> Answer:
    intent = await upstream_intent(gateway, object_id, params)
    return Answer(200, shown_intent(gateway, intent, params))


async def update_intent(gateway: Gateway, object_id: str, params: Json) -> Answer:
    taken, others = split(params, KNOWN)
    _remember(gateway, object_id, others)
    if taken:
        index_intent(
            gateway, await gateway.upstream.post(f"/v1/payment_intents/{object_id}", taken)
        )
    return await retrieve_intent(gateway, object_id, params)


async def cancel_intent(gateway: Gateway, object_id: str, params: Json) -> Answer:
    intent = await gateway.upstream.post(f"/v1/payment_intents/{object_id}/cancel", {})
    reason = params.get("cancellation_reason")
    gateway.state.lay_over(object_id, {"cancellation_reason": reason})
    gateway.webhooks.send("payment_intent.canceled", shown_intent(gateway, intent, {}))
    return Answer(200, shown_intent(gateway, intent, params))


async def authenticate_intent(gateway: Gateway, object_id: str, params: Json) -> Answer:
    """The customer's answer to 3-D Secure; the route and its parameters are localstripe's."""
    answer = await gateway.upstream.call(
        "POST", f"/v1/payment_intents/{object_id}/_authenticate", params
    )
    if answer.status != HTTPStatus.PAYMENT_REQUIRED:
        accepted(answer)
    intent = await upstream_intent(gateway, object_id, {})
    if (
        intent["status"] == "requires_payment_method"
        and answer.status != HTTPStatus.PAYMENT_REQUIRED
    ):
        failure = "payment_intent_authentication_failure"
        _record_failure(gateway, intent, code=failure, decline_code=None)
        return await retrieve_intent(gateway, object_id, {})
    return await _outcome(gateway, object_id, {})


def shown_intent(gateway: Gateway, intent: Json, params: Json) -> Json:
    """The intent as Stripe shows it: the charge by its id unless it was asked for."""
    shown = gateway.presented(intent)
    shown.pop("charges", None)
    shown["amount_received"] = intent["amount"] if intent["status"] == "succeeded" else 0
    if intent["status"] == "requires_payment_method":
        shown["payment_method"] = None
    charge = shown.get("latest_charge")
    if isinstance(charge, dict):
        wanted = any(str(path).startswith("latest_charge") for path in params.get("expand", []))
        shown["latest_charge"] = charges.shown_charge(gateway, charge) if wanted else charge["id"]
    return_url = gateway.state.overlay(intent["id"]).get("_return_url")
    if intent["status"] == "requires_action" and return_url:
        shown["next_action"] = _redirect(gateway, intent, return_url)
    return shown


async def upstream_intent(gateway: Gateway, object_id: str, params: Json) -> Json:
    query = "&".join(f"expand[]={path}" for path in params.get("expand", []))
    return await gateway.upstream.get(f"/v1/payment_intents/{object_id}?{query}")


def index_intent(gateway: Gateway, intent: Json) -> None:
    """What lists and searches look at; the answers themselves are read from localstripe."""
    fields = ("id", "created", "customer", "metadata", "amount", "currency")
    index = {name: intent[name] for name in fields}
    gateway.state.keep("payment_intent", index, parent=intent["customer"])


def _remember(gateway: Gateway, object_id: str, others: Json) -> None:
    kept = {name: others[name] for name in SHOWN & set(others)}
    notes = {f"_{name}": others[name] for name in REMEMBERED & set(others)}
    gateway.state.lay_over(object_id, kept | notes)


async def _confirm(gateway: Gateway, object_id: str, options: Json) -> Answer:
    """Ask localstripe to charge; the answer tells what came of it."""
    if decline_code := await _ordered_decline(gateway, object_id):
        await _use_declining_card(gateway, object_id, decline_code)
    answer = await gateway.upstream.call("POST", f"/v1/payment_intents/{object_id}/confirm", {})
    if answer.status != HTTPStatus.PAYMENT_REQUIRED:
        accepted(answer)
    if answer.body.get("status") == "requires_action" and is_true(options.get("off_session")):
        raise await _refused_off_session(gateway, answer.body)
    return await _outcome(gateway, object_id, options)


async def _outcome(gateway: Gateway, object_id: str, options: Json) -> Answer:
    """Send the event of an intent's new state. Raises its decline as StripeError 402."""
    intent = await upstream_intent(gateway, object_id, options)
    if intent["status"] == "requires_payment_method":
        reason = declined(gateway, intent["payment_method"]).answer.body["error"]
        raise _record_failure(
            gateway, intent, code=reason["code"], decline_code=reason["decline_code"]
        )
    gateway.state.lay_over(object_id, {"last_payment_error": None})
    event = shown_intent(gateway, intent, {})
    if intent["status"] in ("succeeded", "requires_action"):
        gateway.webhooks.send(f"payment_intent.{intent['status']}", event)
    if intent["status"] == "succeeded":
        await _follow_up(gateway, intent)
    return Answer(200, shown_intent(gateway, intent, options))


async def _follow_up(gateway: Gateway, intent: Json) -> None:
    method = intent["payment_method"]
    if gateway.state.overlay(intent["id"]).get("_setup_future_usage") and intent["customer"]:
        await attached(gateway, method, intent["customer"])
    if what_follows(gateway, method) == "disputed":
        charge, amount = intent["latest_charge"]["id"], intent["amount"]
        await disputes.open_dispute(gateway, charge, amount=amount, reason="fraudulent")


async def _refused_off_session(gateway: Gateway, intent: Json) -> StripeError:
    """Nobody is there to authenticate: Stripe declines and wants another attempt on session."""
    answer = {"client_secret": intent["client_secret"], "success": False}
    path = f"/v1/payment_intents/{intent['id']}/_authenticate"
    failed = await gateway.upstream.post(path, answer)
    code = "authentication_required"
    return _record_failure(gateway, failed, code=code, decline_code=code)


def _record_failure(
    gateway: Gateway, intent: Json, *, code: str, decline_code: str | None
) -> StripeError:
    """Keep the reason on the intent, send the event; the error to answer with."""
    charge = intent["latest_charge"]["id"] if intent["latest_charge"] else None
    error = cards.card_error(code, decline_code, charge=charge).answer.body["error"]
    gateway.state.lay_over(intent["id"], {"last_payment_error": error})
    shown = shown_intent(gateway, intent, {})
    gateway.webhooks.send("payment_intent.payment_failed", shown)
    return cards.card_error(code, decline_code, charge=charge, payment_intent=shown)


async def _ordered_decline(gateway: Gateway, object_id: str) -> str:
    """Why this charge is to be declined, by order or for its card; '' when it is not."""
    if fault := gateway.faults.take("decline_charge"):
        return fault.decline_code
    intent = await gateway.upstream.get(f"/v1/payment_intents/{object_id}")
    return why_never_charged(gateway, intent["payment_method"])


async def _use_declining_card(gateway: Gateway, object_id: str, decline_code: str) -> None:
    """Let localstripe decline this charge, for the ordered reason."""
    card = {"type": "card", "card": DECLINING_CARD}
    method = await gateway.upstream.post("/v1/payment_methods", card)
    code = decline_code if decline_code in CODES else "card_declined"
    traits = {"_traits": {"code": code, "decline_code": decline_code}}
    gateway.state.lay_over(method["id"], traits)
    await gateway.upstream.post(
        f"/v1/payment_intents/{object_id}", {"payment_method": method["id"]}
    )


def _redirect(gateway: Gateway, intent: Json, return_url: str) -> Json:
    secret = intent["client_secret"]
    url = f"{gateway.browser_base}/_3ds/{intent['id']}?client_secret={secret}"
    redirect = {"url": url, "return_url": return_url}
    return {"type": "redirect_to_url", "redirect_to_url": redirect}
