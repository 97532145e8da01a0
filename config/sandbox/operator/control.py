"""What tests and the demo may tell the sandbox operator."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from config.sandbox.faults import Faults, UnknownFault
from config.sandbox.operator.life import Life
from config.sandbox.operator.network import Network, UsageRecord
from config.sandbox.operator.production import Pattern, produce
from config.sandbox.operator.requests import Refusal, body_of, number_of, text_of

SESSION_STATES = ("yes", "no", "unknown")


def routes(network: Network, life: Life, faults: Faults) -> list[web.RouteDef]:
    return [*_fault_routes(faults), *_usage_routes(network, life)]


def _fault_routes(faults: Faults) -> list[web.RouteDef]:
    async def show(request: web.Request) -> web.Response:
        return web.json_response({"faults": faults.summary})

    async def order(request: web.Request) -> web.Response:
        try:
            faults.order(await body_of(request))
        except (UnknownFault, re.error) as error:
            raise Refusal(400, "invalid", str(error)) from error
        return await show(request)

    async def reset(request: web.Request) -> web.Response:
        faults.clear()
        return await show(request)

    return [
        web.get("/_control/", show),
        web.post("/_control/", order),
        web.post("/_control/reset", reset),
    ]


def _usage_routes(network: Network, life: Life) -> list[web.RouteDef]:
    async def insert(request: web.Request) -> web.Response:
        records = (await body_of(request)).get("records")
        if not isinstance(records, list):
            raise Refusal(400, "invalid", "records is a list.")
        return web.json_response({"inserted": network.insert_usage(map(_record, records))})

    async def make(request: web.Request) -> web.Response:
        body = await body_of(request)
        records = produce(
            _sims(network, body),
            start=_instant(body, "from"),
            end=_instant(body, "to"),
            pattern=_pattern(body),
        )
        return web.json_response({"inserted": network.insert_new_usage(records)})

    async def live(request: web.Request) -> web.Response:
        life.begin(_sims(network, await body_of(request)))
        return web.json_response({"live": network.working_sims(live=True)})

    async def session(request: web.Request) -> web.Response:
        body = await body_of(request)
        state = text_of(body, "state")
        if state not in SESSION_STATES:
            raise Refusal(400, "invalid", f"state is one of {', '.join(SESSION_STATES)}.")
        network.set_session(text_of(body, "iccid"), state)
        return web.json_response({"state": state})

    return [
        web.post("/_control/usage", insert),
        web.post("/_control/produce", make),
        web.post("/_control/live", live),
        web.post("/_control/sessions", session),
    ]


def _record(given: Any) -> UsageRecord:
    if not isinstance(given, dict):
        raise Refusal(400, "invalid", "A record is an object.")
    return UsageRecord(
        id=text_of(given, "id"),
        iccid=text_of(given, "iccid"),
        started_at=text_of(given, "started_at"),
        bytes=number_of(given, "bytes"),
        plmn=text_of(given, "plmn"),
        session=str(given.get("session", "")),
    )


def _sims(network: Network, body: dict[str, Any]) -> list[str]:
    """Those named, or all that work."""
    named = body.get("iccids")
    return network.working_sims() if named is None else [str(iccid) for iccid in named]


def _pattern(body: dict[str, Any]) -> Pattern:
    default = Pattern()
    return Pattern(
        seed=str(body.get("seed", default.seed)),
        per_sim_per_day=number_of(body, "per_sim_per_day", default=default.per_sim_per_day),
        median_bytes=number_of(body, "median_bytes", default=default.median_bytes) or 1,
        plmns=tuple(body.get("plmns") or default.plmns),
    )


def _instant(body: dict[str, Any], name: str) -> datetime:
    try:
        instant = datetime.fromisoformat(text_of(body, name))
    except ValueError as error:
        raise Refusal(400, "invalid", f"{name} is no ISO 8601 time.") from error
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)
