"""The page on which a customer of the sandbox answers 3-D Secure, in place of the bank's."""

from __future__ import annotations

from html import escape
from http import HTTPStatus

from aiohttp import web
from yarl import URL

from billing.payments.gateways.minor_units import from_units
from config.sandbox.gateway.intents import authenticate_intent
from config.sandbox.gateway.objects import Answer, Json, StripeError, missing
from config.sandbox.gateway.routes import answer
from config.sandbox.gateway.service import Gateway
from config.sandbox.gateway.setups import authenticate_setup

STYLE = """
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; }
main { max-width: 24rem; margin: 1rem; padding: 1.5rem 2rem; border: 1px solid #8884;
  border-radius: .75rem; }
h1 { font-size: 1.25rem; margin: 0 0 .5rem; }
form { display: flex; gap: .75rem; margin-top: 1.5rem; }
button { flex: 1; padding: .7rem; font: inherit; border: 1px solid #8886; border-radius: .5rem;
  cursor: pointer; background: transparent; color: inherit; }
button[value=true] { background: #0b62c4; border-color: #0b62c4; color: #fff; }
"""
PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Confirm your payment</title>
<link rel="icon" href="data:,"><link rel="stylesheet" href="/_3ds.css"></head>
<body><main><h1>Confirm your payment</h1>
<p>Your bank (of the sandbox) asks whether this is you{amount}.</p>
<form method="post"><input type="hidden" name="client_secret" value="{secret}">
<button name="success" value="true">Authorize</button>
<button name="success" value="false">Fail</button></form></main></body></html>
"""
DONE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Done</title>
<link rel="icon" href="data:,"><link rel="stylesheet" href="/_3ds.css"></head>
<body><main><h1>{status}</h1><p>You may close this page.</p></main></body></html>
"""


def routes(gateway: Gateway) -> list[web.RouteDef]:
    async def page(request: web.Request) -> web.Response:
        intent = await _intent(
            gateway, request.match_info["id"], request.query.get("client_secret")
        )
        amount = _amount(intent)
        text = PAGE.format(amount=escape(amount), secret=escape(intent["client_secret"]))
        return web.Response(text=text, content_type="text/html")

    async def decide(request: web.Request) -> web.Response:
        form = await request.post()
        secret = str(form.get("client_secret", ""))
        object_id = request.match_info["id"]
        await _intent(gateway, object_id, secret)
        await _authenticate(
            gateway, object_id, {"client_secret": secret, "success": form.get("success")}
        )
        return await _send_back(gateway, object_id, secret)

    async def style(request: web.Request) -> web.Response:
        return web.Response(text=STYLE, content_type="text/css")

    return [
        web.get("/_3ds.css", style),
        web.get("/_3ds/{id}", page),
        web.post("/_3ds/{id}", decide),
    ]


async def _intent(gateway: Gateway, object_id: str, secret: str | None) -> Json:
    """The payment or setup intent, for who knows its secret only."""
    kind = "setup_intents" if object_id.startswith("seti_") else "payment_intents"
    found: Answer = await answer(gateway, "GET", f"/v1/{kind}/{object_id}", {})
    if found.status != HTTPStatus.OK or found.body["client_secret"] != secret:
        raise missing("intent", object_id)
    return found.body


async def _authenticate(gateway: Gateway, object_id: str, params: Json) -> None:
    """Pass the decision on, once; a decline after it is told on the page we send back to."""
    authenticate = authenticate_setup if object_id.startswith("seti_") else authenticate_intent
    intent = await _intent(gateway, object_id, params["client_secret"])
    if intent["status"] != "requires_action":
        return
    try:
        await authenticate(gateway, object_id, params)
    except StripeError as error:
        if error.answer.status != HTTPStatus.PAYMENT_REQUIRED:
            raise


async def _send_back(gateway: Gateway, object_id: str, secret: str) -> web.Response:
    """To the shop's `return_url` with the parameters that Stripe adds."""
    intent = await _intent(gateway, object_id, secret)
    succeeded = intent["status"] in ("succeeded", "processing", "requires_capture")
    return_url = gateway.state.overlay(object_id).get("_return_url")
    if not return_url:
        status = "Thank you" if succeeded else "The payment was not made"
        return web.Response(text=DONE.format(status=status), content_type="text/html")
    name = "setup_intent" if object_id.startswith("seti_") else "payment_intent"
    extra = {
        name: object_id,
        f"{name}_client_secret": secret,
        "redirect_status": "succeeded" if succeeded else "failed",
    }
    raise web.HTTPSeeOther(URL(return_url).update_query(extra))


def _amount(intent: Json) -> str:
    if intent["object"] != "payment_intent":
        return ""
    currency = intent["currency"].upper()
    return f", paying {from_units(intent['amount'], currency)} {currency}"
