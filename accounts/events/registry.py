"""Who acts on which event. Higher folders register their handlers here at start-up."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Protocol

from accounts.events.models import Event


class Handler(Protocol):
    """Acts on present state, not on what the event says was so; may be called again."""

    def __call__(self, event: Event, *, at: datetime) -> None: ...


_HANDLERS: dict[str, dict[str, Handler]] = {}


def on(*event_types: str) -> Callable[[Handler], Handler]:
    """Decorator for functions of a folder's `handlers.py`, imported by its AppConfig.ready.

    A handler's name is its module's folder and its own name ("sims.wake"): it is kept in the
    database, so renaming the function makes it a new handler.
    """

    def register(handler: Handler) -> Handler:
        name = _name_of(handler)
        for event_type in event_types:
            handlers = _HANDLERS.setdefault(event_type, {})
            if name in handlers and handlers[name] is not handler:
                raise ValueError(f"Two handlers of {event_type} are called {name}.")
            handlers[name] = handler
        return handler

    return register


def handlers_of(event_type: str) -> Mapping[str, Handler]:
    """The handlers of a type by name."""
    return _HANDLERS.get(event_type, {})


def handled_types() -> list[str]:
    """The types that anybody listens to."""
    return sorted(_HANDLERS)


def _name_of(handler: Handler) -> str:
    module, name = handler.__module__, handler.__name__  # type: ignore[attr-defined]
    return f"{module.removesuffix('.handlers').rpartition('.')[2]}.{name}"
