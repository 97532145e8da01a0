"""Calls from the pass-through to localstripe."""

from __future__ import annotations

from http import HTTPStatus

import aiohttp

from config.sandbox.gateway.objects import Answer, Json, StripeError


class Upstream:
    """localstripe at its loopback address. Parameters travel as JSON."""

    def __init__(self, base: str, session: aiohttp.ClientSession) -> None:
        self.base = base
        self.session = session

    async def call(self, method: str, path: str, params: Json | None = None) -> Answer:
        """The answer whatever its status; 502 when localstripe cannot be reached."""
        try:
            async with self.session.request(
                method,
                self.base + path,
                json=params if method == "POST" else None,
                params=params if method != "POST" else None,
                headers={"Authorization": "Bearer sk_test_passthrough"},
            ) as response:
                return Answer(response.status, await response.json(content_type=None))
        except (aiohttp.ClientConnectionError, ValueError) as error:
            raise StripeError(502, "api_error", f"The sandbox gateway failed: {error}") from error

    async def get(self, path: str) -> Json:
        return accepted(await self.call("GET", path))

    async def post(self, path: str, params: Json) -> Json:
        return accepted(await self.call("POST", path, params))


def accepted(answer: Answer) -> Json:
    """The body of a good answer; another is raised as Stripe's error."""
    if answer.status < HTTPStatus.BAD_REQUEST:
        return answer.body
    error = dict(answer.body.get("error", {}))
    message = str(error.pop("message", "Bad request"))
    kind = (
        "card_error"
        if answer.status == HTTPStatus.PAYMENT_REQUIRED
        else error.pop("type", "invalid_request_error")
    )
    error.pop("type", None)
    raise StripeError(answer.status, kind, message, **error)
