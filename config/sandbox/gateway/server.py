"""The pass-through as an HTTP server: keys, idempotency, faults, errors and CORS."""

from __future__ import annotations

import asyncio
import base64
import binascii
import hmac
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from pathlib import Path

import aiohttp
from aiohttp import web
from yarl import URL

from config.sandbox.faults import Fault, hold
from config.sandbox.gateway import authentication, control, faults, idempotency, refunds, routes
from config.sandbox.gateway.objects import Answer, Json, StripeError, decode_form, invalid, new_id
from config.sandbox.gateway.service import Gateway
from config.sandbox.gateway.state import State
from config.sandbox.gateway.upstream import Upstream, accepted
from config.sandbox.gateway.webhooks import API_VERSION, Webhooks

# What stripe.js adds to a request for Stripe's own purposes.
NOISE = {"key", "payment_user_agent", "referrer", "guid", "muid", "sid", "time_on_page"}
LOOPBACK = ("127.0.0.1", "localhost", "::1")
CORS = {
    "Access-Control-Allow-Headers": "Authorization, Content-Type, Accept, Stripe-Version",
    "Access-Control-Allow-Methods": "GET, POST, OPTIONS",
    "Access-Control-Max-Age": "600",
}
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


async def create_application(
    *,
    upstream: str,
    state: Path,
    browser_base: str,
    secret_key: str,
    publishable_key: str,
    endpoint: tuple[str, str],
) -> web.Application:
    """The server; `endpoint` is address and secret of the webhooks ('' = none yet)."""
    session = aiohttp.ClientSession()
    store, orders = State(state), faults.gateway_faults()
    idempotency.settle_interrupted(store)
    webhooks = Webhooks(store, orders, session)
    if endpoint[0]:
        webhooks.set_endpoint(*endpoint)
    gateway = Gateway(
        upstream=Upstream(upstream, session),
        state=store,
        faults=orders,
        webhooks=webhooks,
        secret_key=secret_key,
        publishable_key=publishable_key,
        browser_base=browser_base,
    )
    application = web.Application(middlewares=[_errors])
    application.on_response_prepare.append(_allow_origin)
    application.router.add_routes(
        [*control.routes(gateway), *authentication.routes(gateway), *_routes(gateway)]
    )
    application.cleanup_ctx.append(_background(gateway))
    return application


def _background(gateway: Gateway) -> Callable[[web.Application], AsyncIterator[None]]:
    async def run(application: web.Application) -> AsyncIterator[None]:
        jobs = (gateway.webhooks.deliver_forever(), refunds.settle_forever(gateway))
        tasks = [asyncio.create_task(job) for job in jobs]
        yield
        for task in tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        await gateway.upstream.session.close()

    return run


def _routes(gateway: Gateway) -> list[web.RouteDef]:
    async def api(request: web.Request) -> web.StreamResponse:
        return await _api(gateway, request)

    async def script(request: web.Request) -> web.Response:
        address = f"{gateway.upstream.base}/js.stripe.com/v3/"
        async with gateway.upstream.session.get(address) as response:
            text = await response.text()
        return web.Response(text=text, content_type="application/javascript")

    async def preflight(request: web.Request) -> web.Response:
        return web.Response(status=204)

    return [
        web.get("/js.stripe.com/v3/", script),
        web.options("/v1/{path:.*}", preflight),
        web.route("*", "/v1/{path:.*}", api),
    ]


async def _api(gateway: Gateway, request: web.Request) -> web.StreamResponse:
    params = await _params(request)
    await _authorise(gateway, request, params)
    params = {name: value for name, value in params.items() if name not in NOISE}
    key = request.headers.get("Idempotency-Key") if request.method == "POST" else None
    lost: list[Fault] = []

    async def perform() -> Answer:
        return await _perform(gateway, request, params, lost)

    if key is None:
        answer, replayed = await perform(), False
    else:
        answer, replayed = await idempotency.answer_once(
            gateway.state, key, path=request.path, params=params, perform=perform
        )
    # What does not get through loses a repeated answer too.
    if replayed and (fault := gateway.faults.take(faults.LOST, path=request.path)):
        lost.append(fault)
    if lost:
        return await hold(request, lost[0])
    return _response(answer, headers={"Idempotent-Replayed": "true"} if replayed else {})


async def _perform(
    gateway: Gateway, request: web.Request, params: Json, lost: list[Fault]
) -> Answer:
    """The answer, unless a fault takes its place. A time-out is left in `lost`."""
    path = request.path
    moves = request.method == "POST"
    if moves and (fault := gateway.faults.take(*faults.BEFORE, path=path)):
        raise idempotency.NotBegun(fault)
    try:
        answer = await routes.answer(gateway, request.method, path, params)
    except StripeError as error:
        answer = error.answer
    if moves and (fault := gateway.faults.take(*faults.AFTER, path=path)):
        if fault.kind == "500_after_charge":
            raise faults.server_error()
        lost.append(fault)
    return answer


async def _params(request: web.Request) -> Json:
    if request.method != "POST":
        return decode_form(request.query.items())
    if request.content_type == "application/json":
        return await control.body_of(request)
    try:
        form = await request.post()
    except ValueError as error:
        raise invalid("The body is not readable as a form.") from error
    return decode_form((name, str(value)) for name, value in form.items())


async def _authorise(gateway: Gateway, request: web.Request, params: Json) -> None:
    """Raises StripeError 401 for a wrong key, 403 for what a publishable key may not do."""
    key = _bearer(request) or str(params.get("key", ""))
    if hmac.compare_digest(key.encode(), gateway.secret_key.encode()):
        return
    if not hmac.compare_digest(key.encode(), gateway.publishable_key.encode()):
        raise StripeError(401, "invalid_request_error", "Invalid API Key provided.")
    if not routes.PUBLISHABLE.fullmatch(f"{request.method} {request.path}"):
        message = "This API call cannot be made with a publishable API key."
        raise StripeError(403, "invalid_request_error", message, code="secret_key_required")
    if of_one := routes.WITH_SECRET.fullmatch(request.path):
        path = "/".join(request.path.split("/")[:3])
        found = accepted(await gateway.upstream.call("GET", f"{path}/{of_one['id']}"))
        if params.get("client_secret") != found["client_secret"]:
            raise StripeError(401, "invalid_request_error", "The client_secret does not match.")


def _bearer(request: web.Request) -> str:
    scheme, _, value = request.headers.get("Authorization", "").partition(" ")
    if scheme == "Basic":
        try:
            return base64.b64decode(value).decode().partition(":")[0]
        except (binascii.Error, UnicodeDecodeError):
            return ""
    return value


@web.middleware
async def _errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except StripeError as error:
        return _response(error.answer, headers={})
    except idempotency.NotBegun as ended:
        fault: Fault = ended.args[0]
        if fault.kind == "500_before":
            return _response(faults.server_error().answer, headers={})
        return await hold(request, fault)


async def _allow_origin(request: web.Request, response: web.StreamResponse) -> None:
    """Pages on this machine may call us from the browser, as Stripe allows all."""
    origin = request.headers.get("Origin", "")
    if origin and URL(origin).host in LOOPBACK:
        response.headers.update(CORS | {"Access-Control-Allow-Origin": origin, "Vary": "Origin"})


def _response(answer: Answer, *, headers: dict[str, str]) -> web.Response:
    identity = {"Request-Id": new_id("req_"), "Stripe-Version": API_VERSION}
    return web.json_response(answer.body, status=answer.status, headers=identity | headers)
