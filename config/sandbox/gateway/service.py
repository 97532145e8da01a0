"""What every kind of object needs at hand."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from config.sandbox.faults import Faults
from config.sandbox.gateway.objects import Json, merged
from config.sandbox.gateway.state import State
from config.sandbox.gateway.upstream import Upstream
from config.sandbox.gateway.webhooks import Webhooks


@dataclass(frozen=True)
class Gateway:
    """One pass-through. `browser_base` is its address as the customer's browser sees it."""

    upstream: Upstream
    state: State
    faults: Faults
    webhooks: Webhooks
    secret_key: str
    publishable_key: str
    browser_base: str
    refunding: asyncio.Lock = field(default_factory=asyncio.Lock)

    def presented(self, item: Json) -> Json:
        """localstripe's object with the fields that only we know; our own notes stay inside."""
        fields = merged(item, self.state.overlay(item["id"]))
        return {name: value for name, value in fields.items() if not name.startswith("_")}


def split(params: Json, known: set[str]) -> tuple[Json, Json]:
    """The parameters that localstripe takes, and the others."""
    taken = {name: value for name, value in params.items() if name in known}
    return taken, {name: value for name, value in params.items() if name not in known}
