"""One HTTP call, and what its answer means whoever gave it. Nothing secret gets into errors."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from http import HTTPStatus
from json import dumps
from typing import cast

import requests

from billing.integrations.adapters.base import Denied, Unreachable

Json = dict[str, object]
TRY_AGAIN = (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS)
DENIED = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)
AS_JSON = {"Content-Type": "application/json"}
SHOWN = 200
LONGEST_PAUSE_SECONDS = 24 * 60 * 60


def call(
    who: str,
    method: str,
    url: str,
    *,
    timeout: float,
    form: Mapping[str, str] | None = None,
    json: Json | None = None,
    query: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
    basic: tuple[str, str] | None = None,
) -> requests.Response:
    """The answer, when it is one to read. Raises Unreachable, Denied.

    Redirects are not followed: they would carry the secret to whoever the answer names.
    """
    try:
        answer = requests.request(
            method,
            url,
            data=form if json is None else dumps(json),
            params=query,
            headers={**(headers or {}), **({} if json is None else AS_JSON)},
            auth=basic,
            timeout=timeout,
            allow_redirects=False,
        )
    except requests.Timeout as error:
        raise Unreachable(f"{who} did not answer within {timeout:g} s.") from error
    except requests.RequestException as error:
        raise Unreachable(f"{who} could not be reached.") from error
    _check(who, answer)
    return answer


def body_of(who: str, answer: requests.Response) -> Json:
    """The JSON object in an answer, its numbers exact. Raises Unreachable when it is none."""
    try:
        body = answer.json(parse_float=Decimal)
    except requests.JSONDecodeError as error:
        raise Unreachable(f"{who} answered {answer.status_code} without JSON.") from error
    if not isinstance(body, dict):
        raise Unreachable(f"{who} answered {answer.status_code} with JSON that is no object.")
    return cast("Json", body)


def items(container: object, name: str = "") -> list[Json]:
    """The rows of a list in an answer, some of which wrap it: {"client": [...]}, or say "" for
    an empty one."""
    rows = container.get(name) if name and isinstance(container, dict) else container
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def text(row: Json, name: str) -> str:
    """A value as text; nothing for what is absent or null."""
    value = row.get(name)
    return "" if value is None else str(value)


def _check(who: str, answer: requests.Response) -> None:
    status = answer.status_code
    if status in DENIED:
        raise Denied(f"{who} answered {status}: {answer.text[:SHOWN]}")
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status in TRY_AGAIN:
        raise Unreachable(f"{who} answered {status}.", retry_after=_retry_after(answer))
    if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
        raise Unreachable(f"{who} answered {status}: it is at another address.")


def _retry_after(answer: requests.Response) -> int:
    asked = answer.headers.get("Retry-After", "")
    is_seconds = asked.isascii() and asked.isdigit() and len(asked) < len(str(10**9))
    return min(int(asked), LONGEST_PAUSE_SECONDS) if is_seconds else 0
