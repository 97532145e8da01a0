"""Requests, answers and errors in the shapes that Stripe documents."""

from __future__ import annotations

import itertools
import json
import re
import secrets
import string
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

# JSON of somebody else's API: its shape is known to the reader only, not to the type checker.
Json = dict[str, Any]

ALPHABET = string.ascii_letters + string.digits
NESTED_NAME = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)")


@dataclass(frozen=True)
class Answer:
    """What a request is answered with; stored as it is for its idempotency key."""

    status: int
    body: Json


class StripeError(Exception):
    """An error answer. `kind` is Stripe's error type, such as card_error."""

    def __init__(self, status: int, kind: str, message: str, **more: object) -> None:
        super().__init__(message)
        known = {name: value for name, value in more.items() if value is not None}
        self.answer = Answer(status, {"error": {"type": kind, "message": message} | known})


def invalid(message: str, *, param: str | None = None, code: str | None = None) -> StripeError:
    return StripeError(400, "invalid_request_error", message, param=param, code=code)


def missing(kind: str, object_id: str) -> StripeError:
    message = f"No such {kind}: '{object_id}'"
    return StripeError(404, "invalid_request_error", message, code="resource_missing", param="id")


def new_id(prefix: str) -> str:
    return prefix + "".join(secrets.choice(ALPHABET) for _ in range(24))


def timestamp() -> int:
    return int(time.time())


def decode_form(pairs: Iterable[tuple[str, str]]) -> Json:
    """`metadata[k]=v`, `expand[]=x` and `items[0][price]=p` as the nested object they mean."""
    result: Json = {}
    for name, value in pairs:
        match = NESTED_NAME.fullmatch(name)
        if match is None:
            raise invalid(f"Invalid parameter name: {name}")
        _put(result, [match[1], *re.findall(r"\[([^\[\]]*)\]", match[2])], value)
    collected: Json = _lists(result)
    return collected


def _put(target: Json, path: list[str], value: str) -> None:
    for step, following in itertools.pairwise(path):
        target = target.setdefault(step or str(len(target)), {})
        if not isinstance(target, dict):
            raise invalid(f"Invalid parameter: {step} has a value and fields ({following})")
    target[path[-1] or str(len(target))] = value


def _lists(value: Any) -> Any:
    """Objects whose names are 0, 1, 2 … become lists."""
    if not isinstance(value, dict):
        return value
    items = {name: _lists(item) for name, item in value.items()}
    if items and all(name.isdigit() for name in items):
        return [items[name] for name in sorted(items, key=int)]
    return items


def is_true(value: object) -> bool:
    return value in (True, "true", "True", "1")


def whole_number(value: object, *, param: str, digits: int = 8) -> int:
    """A count of at most so many digits: an amount in minor units has eight, a time more."""
    if not re.fullmatch(rf"[0-9]{{1,{digits}}}", str(value)):
        raise invalid(f"Invalid integer: {value}", param=param, code="parameter_invalid_integer")
    return int(str(value))


def canonical(value: Json) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


def merged(base: Json, overlay: Json) -> Json:
    """`base` with the fields of `overlay`; objects are merged field by field."""
    result = dict(base)
    for name, value in overlay.items():
        before = result.get(name)
        if isinstance(before, dict) and isinstance(value, dict):
            value = merged(before, value)  # noqa: PLW2901
        result[name] = value
    return result


def a_list(url: str, items: list[Json], *, limit: int, starting_after: str | None = None) -> Json:
    """One page of items, which come newest first."""
    ids = [item["id"] for item in items]
    start = ids.index(starting_after) + 1 if starting_after in ids else 0
    page = items[start : start + limit]
    more = len(items) > start + limit
    return {"object": "list", "url": url, "data": page, "has_more": more}
