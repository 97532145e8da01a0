"""What tests, drills and the curious may tell the sandbox gateway. Not part of Stripe's API.

GET    /_control/                       faults in force, endpoint, events and their delivery
POST   /_control/                       {fault, count, …}: see `config.sandbox.faults`
POST   /_control/reset                  forget the faults
POST   /_control/forget_keys            as if the 24 hours of every idempotency key had passed
POST   /_control/endpoint               {url, secret}: where webhooks go
POST   /_control/events/{id}/resend     deliver once more
POST   /_control/disputes               {charge, amount?, reason?}
POST   /_control/disputes/{id}/close    {outcome: won | lost}
"""

from __future__ import annotations

from aiohttp import web

from config.sandbox.faults import UnknownFault
from config.sandbox.gateway import disputes, idempotency, webhooks
from config.sandbox.gateway.objects import Json, invalid, whole_number
from config.sandbox.gateway.service import Gateway


def routes(gateway: Gateway) -> list[web.RouteDef]:
    """The control routes, bound to one gateway."""
    return [*_fault_routes(gateway), *_webhook_routes(gateway), *_dispute_routes(gateway)]


def _fault_routes(gateway: Gateway) -> list[web.RouteDef]:

    async def show(request: web.Request) -> web.Response:
        return _shown(gateway)

    async def order(request: web.Request) -> web.Response:
        try:
            gateway.faults.order(await body_of(request))
        except UnknownFault as error:
            raise invalid(str(error)) from error
        return _shown(gateway)

    async def reset(request: web.Request) -> web.Response:
        gateway.faults.clear()
        return _shown(gateway)

    async def forget_keys(request: web.Request) -> web.Response:
        idempotency.forget_all(gateway.state)
        return _shown(gateway)

    return [
        web.get("/_control/", show),
        web.post("/_control/", order),
        web.post("/_control/reset", reset),
        web.post("/_control/forget_keys", forget_keys),
    ]


def _webhook_routes(gateway: Gateway) -> list[web.RouteDef]:
    async def set_endpoint(request: web.Request) -> web.Response:
        params = await body_of(request)
        gateway.webhooks.set_endpoint(str(params.get("url", "")), str(params.get("secret", "")))
        return _shown(gateway)

    async def resend(request: web.Request) -> web.Response:
        gateway.webhooks.resend(request.match_info["id"])
        return _shown(gateway)

    return [
        web.post("/_control/endpoint", set_endpoint),
        web.post("/_control/events/{id}/resend", resend),
    ]


def _dispute_routes(gateway: Gateway) -> list[web.RouteDef]:
    async def open_dispute(request: web.Request) -> web.Response:
        params = await body_of(request)
        amount = params.get("amount")
        dispute = await disputes.open_dispute(
            gateway,
            str(params.get("charge", "")),
            amount=None if amount is None else whole_number(amount, param="amount"),
            reason=str(params.get("reason", "fraudulent")),
        )
        return web.json_response(dispute)

    async def close_dispute(request: web.Request) -> web.Response:
        params = await body_of(request)
        outcome = str(params.get("outcome", ""))
        dispute = disputes.close_dispute(gateway, request.match_info["id"], outcome=outcome)
        return web.json_response(dispute)

    return [
        web.post("/_control/disputes", open_dispute),
        web.post("/_control/disputes/{id}/close", close_dispute),
    ]


async def body_of(request: web.Request) -> Json:
    try:
        body = await request.json()
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise invalid("Send a JSON object.")
    return body


def _shown(gateway: Gateway) -> web.Response:
    endpoint = gateway.state.setting("webhook_url")
    return web.json_response(
        {
            "faults": gateway.faults.summary,
            "endpoint": endpoint,
            "events": webhooks.log(gateway.state),
        }
    )
