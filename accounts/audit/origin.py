"""Where the present request came from, so that every audit record can say it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_address: ContextVar[str | None] = ContextVar("request_address", default=None)


@contextmanager
def coming_from(address: str | None) -> Iterator[None]:
    """Records kept in this block carry the address, unless they are given another."""
    token = _address.set(address)
    try:
        yield
    finally:
        _address.reset(token)


def present_address() -> str | None:
    """The address of the request that is being answered; None in jobs and commands."""
    return _address.get()
