"""Faults that a test or a drill orders: so many of the next requests or events go wrong."""

from __future__ import annotations

import asyncio
import re
from dataclasses import asdict, dataclass, field
from typing import Any

from aiohttp import web

WHOLE_NUMBERS = ("count", "delta", "seconds", "status", "times")


class UnknownFault(ValueError):
    """The order names a kind or an option that does not exist, or a wrong value."""


@dataclass
class Fault:
    """`count` requests or events are yet to be hit. The other fields matter to some kinds only:

    `path` regular expression of the request paths that are hit · `seconds` how long a request is
    held open, an answer or an event is delayed · `status` of the error answer · `times` how often
    an event is repeated · `delta` minor units added to a charged amount · `decline_code` Stripe's
    reason · `types` event types that are hit (empty = all).
    """

    kind: str
    path: str
    count: int = 1
    seconds: int = 60
    status: int = 500
    times: int = 1
    delta: int = 1
    decline_code: str = "generic_decline"
    types: list[str] = field(default_factory=list)


class Faults:
    """The orders in force, one of each kind; they end with the process."""

    def __init__(self, kinds: tuple[str, ...], *, path: str) -> None:
        self.kinds = kinds
        self.path = path
        self.orders: dict[str, Fault] = {}

    def order(self, params: dict[str, Any]) -> None:
        """Raises UnknownFault; the message says what may be ordered."""
        options = {"path": self.path} | params
        kind = str(options.pop("fault", ""))
        if kind not in self.kinds:
            raise UnknownFault(f"fault is one of {', '.join(self.kinds)}")
        unknown = set(options) - set(Fault.__annotations__)
        wrong = {name for name in WHOLE_NUMBERS if not isinstance(options.get(name, 0), int)}
        if unknown or wrong:
            raise UnknownFault(f"Unknown option or wrong value: {', '.join(unknown | wrong)}")
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
    def summary(self) -> list[dict[str, Any]]:
        return [asdict(fault) for fault in self.orders.values()]


async def hold(request: web.Request, fault: Fault) -> web.Response:
    """Say nothing until the client gives up or the time is over, then break the connection."""
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
