"""The sandbox operator's protocol over HTTP. `config.sandbox.operator_server` describes it."""

from __future__ import annotations

import asyncio
import hmac
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from pathlib import Path

from aiohttp import web
from aiohttp.typedefs import Middleware

from config.sandbox.faults import Faults, hold
from config.sandbox.operator import control
from config.sandbox.operator.life import Life
from config.sandbox.operator.network import STATUS_AFTER, Network, Row
from config.sandbox.operator.requests import Refusal, body_of, limit_of, text_of, usage_cursor

OPERATION_SECONDS = 0.5
FAULTS = ("fail", "timeout", "timeout_after", "answer_late", "answer_twice", "fail_operation")
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def create_application(*, state: Path, token: str, clock_file: Path | None) -> web.Application:
    """The server; with a clock file the operator lives in the sandbox's business time."""
    network = Network(state)
    faults = Faults(FAULTS, path=r"/(?!_control/).*")
    life = Life(network, clock_file)
    application = web.Application(middlewares=[_guard(token), _misbehave(faults)])
    application.router.add_routes(
        [
            *_sim_routes(network),
            *_operation_routes(network, faults),
            *_usage_routes(network, life, faults),
            *control.routes(network, life, faults),
        ]
    )
    application.cleanup_ctx.append(_background(life))
    return application


def _background(life: Life) -> Callable[[web.Application], AsyncIterator[None]]:
    async def run(application: web.Application) -> AsyncIterator[None]:
        task = asyncio.create_task(life.go_on_forever())
        yield
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task

    return run


def _sim_routes(network: Network) -> list[web.RouteDef]:
    async def provision(request: web.Request) -> web.Response:
        body = await body_of(request)
        sim = {"iccid": text_of(body, "iccid")} | {k: body.get(k) for k in ("imsi", "msisdn")}
        stored, is_new = network.provision(sim)
        return web.json_response(_sim(stored), status=201 if is_new else 200)

    async def index(request: web.Request) -> web.Response:
        found = network.sims(after=request.query.get("after", ""), limit=limit_of(request))
        return web.json_response({"sims": [_sim(sim) for sim in found]})

    async def show(request: web.Request) -> web.Response:
        return web.json_response(_sim(_found(network, request)))

    async def limit(request: web.Request) -> web.Response:
        sim, body = _found(network, request), await body_of(request)
        wanted = body.get("bytes")
        if wanted is not None and (not isinstance(wanted, int) or wanted < 0):
            raise Refusal(400, "invalid", "bytes is a whole number or null.")
        network.set_limit(sim["iccid"], wanted)
        return web.json_response(_sim(_found(network, request)))

    return [
        web.post("/sims/", provision),
        web.get("/sims/", index),
        web.get("/sims/{iccid}", show),
        web.put("/sims/{iccid}/limit", limit),
    ]


def _operation_routes(network: Network, faults: Faults) -> list[web.RouteDef]:
    async def operate(request: web.Request) -> web.Response:
        sim, kind = _found(network, request), request.match_info["kind"]
        if sim["status"] == "terminated" and kind != "terminate":
            raise Refusal(409, "terminated", "A terminated SIM cannot be used again.")
        operation = network.start_operation(
            sim["iccid"],
            kind,
            key=request.headers.get("Idempotency-Key"),
            seconds=OPERATION_SECONDS,
            fails=faults.take("fail_operation") is not None,
        )
        return web.json_response(_operation(operation), status=202)

    async def operation(request: web.Request) -> web.Response:
        found = network.operation(request.match_info["id"])
        if found is None:
            raise Refusal(404, "not_found", "No such operation.")
        return web.json_response(_operation(found))

    kinds = "|".join(STATUS_AFTER)
    return [
        web.post(f"/sims/{{iccid}}/{{kind:{kinds}}}", operate),
        web.get("/operations/{id}", operation),
    ]


def _usage_routes(network: Network, life: Life, faults: Faults) -> list[web.RouteDef]:
    async def usage(request: web.Request) -> web.Response:
        life.catch_up()
        since, limit = usage_cursor(request), limit_of(request)
        rows = network.usage(since=since, limit=limit + 1)
        page = rows[:limit]
        records = [{k: v for k, v in row.items() if k != "sequence"} for row in page]
        if faults.take("answer_twice", path=request.path):
            records = [record for record in records for _ in range(2)]
        following = page[-1]["sequence"] if page else since
        more = len(rows) > limit
        return web.json_response({"records": records, "next": str(following), "more": more})

    return [web.get("/usage", usage)]


def _found(network: Network, request: web.Request) -> Row:
    sim = network.sim(request.match_info["iccid"])
    if sim is None:
        raise Refusal(404, "unknown_sim", "This operator has no such SIM.")
    return sim


def _sim(sim: Row) -> Row:
    return {name: value for name, value in sim.items() if name != "live"}


def _operation(operation: Row) -> Row:
    return {name: operation[name] for name in ("id", "iccid", "kind", "state", "error")}


def _guard(token: str) -> Middleware:
    """Asks for the token and turns refusals into answers."""

    @web.middleware
    async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
        given = request.headers.get("Authorization", "")
        if not hmac.compare_digest(given.encode(), f"Token {token}".encode()):
            return Refusal(401, "unauthorized", "Send Authorization: Token …").response
        try:
            return await handler(request)
        except Refusal as refusal:
            return refusal.response

    return guard


def _misbehave(faults: Faults) -> Middleware:
    """Fails, times out or answers late where ordered."""

    @web.middleware
    async def misbehave(request: web.Request, handler: Handler) -> web.StreamResponse:
        path = request.path
        if fault := faults.take("fail", path=path):
            raise Refusal(fault.status, "operator_error", f"Ordered failure {uuid.uuid4()}.")
        if fault := faults.take("timeout", path=path):
            return await hold(request, fault)
        response = await handler(request)
        if fault := faults.take("timeout_after", path=path):
            return await hold(request, fault)
        if fault := faults.take("answer_late", path=path):
            await asyncio.sleep(fault.seconds)
        return response

    return misbehave
