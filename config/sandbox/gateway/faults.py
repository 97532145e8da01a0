"""Faults that a test or a drill orders: so many of the next requests or events go wrong."""

from __future__ import annotations

import asyncio
import re
from dataclasses import asdict, dataclass, field

from aiohttp import web

from config.sandbox.gateway.objects import Json, StripeError, invalid, whole_number

BEFORE = ("timeout_before", "500_before")
AFTER = ("timeout_after_charge", "500_after_charge")
REQUEST = ("decline_charge", "wrong_amount")
WEBHOOK = (
    "repeat_webhooks", "delay_webhooks", "reorder_webhooks", "drop_webhooks", "bad_signature",
)  # fmt: skip
ALL = (*BEFORE, *AFTER, *REQUEST, *WEBHOOK)
MOVES_MONEY = r"/v1/(payment_intents(/\w+/confirm)?|refunds)"


@dataclass
class Fault:
    """`count` requests or events are hit yet. What the other fields mean depends on the kind:

    `path` regular expression of the request paths that are hit · `seconds` how long a timed-out
    request is held open at most, or an event is delayed · `times` how often an event is repeated ·
    `delta` minor units added to the charged amount · `decline_code` Stripe's reason · `types`
    event types that are hit (empty = all).
    """

    kind: str
    count: int = 1
    path: str = MOVES_MONEY
    seconds: int = 60
    times: int = 1
    delta: int = 1
    decline_code: str = "generic_decline"
    types: list[str] = field(default_factory=list)


class Faults:
    """The orders in force; they end with the process."""

    def __init__(self) -> None:
        self.orders: dict[str, Fault] = {}

    def order(self, params: Json) -> None:
        """Raises StripeError 400 for a kind or an option that does not exist."""
        options = dict(params)
        kind = str(options.pop("fault", ""))
        if kind not in ALL:
            raise invalid(f"fault is one of {', '.join(ALL)}", param="fault")
        unknown = set(options) - set(Fault.__annotations__)
        if unknown:
            raise invalid(f"Unknown option: {', '.join(sorted(unknown))}")
        for name in {"count", "seconds", "times"} & set(options):
            options[name] = whole_number(options[name], param=name)
        self.orders[kind] = Fault(kind=kind, **options)

    def take(self, *kinds: str, path: str | None = None, event: str | None = None) -> Fault | None:
        """The first of these faults that hits this request or event, counted down."""
        for kind in kinds:
            fault = self.orders.get(kind)
            if fault is not None and _hits(fault, path, event):
                fault.count -= 1
                if fault.count <= 0:
                    del self.orders[kind]
                return fault
        return None

    def clear(self) -> None:
        self.orders.clear()

    @property
    def summary(self) -> list[Json]:
        return [asdict(fault) for fault in self.orders.values()]


def server_error() -> StripeError:
    return StripeError(500, "api_error", "An unknown error occurred.")


async def hold(request: web.Request, fault: Fault) -> web.Response:
    """Say nothing until the client gives up, then break the connection."""
    for _ in range(fault.seconds * 10):
        if request.transport is None or request.transport.is_closing():
            break
        await asyncio.sleep(0.1)
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=504)


def _hits(fault: Fault, path: str | None, event: str | None) -> bool:
    if path is not None:
        return re.fullmatch(fault.path, path) is not None
    return not fault.types or event in fault.types
