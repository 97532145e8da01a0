"""Reading the requests of the operator's protocol."""

from __future__ import annotations

from typing import Any

from aiohttp import web

LARGEST_PAGE = 5_000
DEFAULT_PAGE = 500


class Refusal(Exception):
    """A request that is answered with an error."""

    def __init__(self, status: int, code: str, detail: str) -> None:
        super().__init__(detail)
        self.response = web.json_response({"code": code, "detail": detail}, status=status)


async def body_of(request: web.Request) -> dict[str, Any]:
    try:
        body = await request.json()
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise Refusal(400, "invalid", "Send a JSON object.")
    return body


def text_of(body: dict[str, Any], name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not value:
        raise Refusal(400, "invalid", f"{name} is missing or no text.")
    return value


def number_of(body: dict[str, Any], name: str, *, default: int | None = None) -> int:
    value = body.get(name, default)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise Refusal(400, "invalid", f"{name} is missing or no whole number.")
    return value


def limit_of(request: web.Request) -> int:
    """How many at most, 1 to LARGEST_PAGE."""
    return min(max(_digits(request, "limit", DEFAULT_PAGE), 1), LARGEST_PAGE)


def usage_cursor(request: web.Request) -> int:
    """The place after which to read; without `since`, the beginning."""
    return _digits(request, "since", 0)


def _digits(request: web.Request, name: str, default: int) -> int:
    text = request.query.get(name) or str(default)
    if not (text.isascii() and text.isdigit()):
        raise Refusal(400, "invalid", f"{name} is no whole number.")
    return int(text)
