"""Idempotency keys as Stripe documents them.

The first answer to a key is kept for 24 hours, whatever it was, 402 and 500 included. The same
key with other parameters is an error; so is a key whose first request still runs. Nothing is kept
of a request that was refused before it began (400, 401, 404, 409).
Source: https://docs.stripe.com/api/idempotent_requests.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Awaitable, Callable

from config.sandbox.gateway.faults import server_error
from config.sandbox.gateway.objects import Answer, Json, StripeError, canonical, timestamp
from config.sandbox.gateway.state import State

MEMORY_SECONDS = 24 * 60 * 60
NOT_BEGUN = (400, 401, 403, 404, 409)


class NotBegun(Exception):
    """The request ended before anything was done; its key stays unused."""


async def answer_once(
    state: State, key: str, *, path: str, params: Json, perform: Callable[[], Awaitable[Answer]]
) -> tuple[Answer, bool]:
    """The answer, and whether it is a replay.

    Raises StripeError 400 idempotency_error for other parameters, 409 for a key in use.
    """
    fingerprint = hashlib.sha256(f"{path} {canonical(params)}".encode()).hexdigest()
    stored = _stored_answer(state, key, fingerprint)
    if stored is not None:
        return stored, True
    _begin(state, key, fingerprint)
    try:
        answer = await perform()
    except NotBegun:
        forget(state, key)
        raise
    except StripeError as error:
        answer = error.answer
    _finish(state, key, answer)
    return answer, False


def forget(state: State, key: str) -> None:
    state.run("DELETE FROM answer WHERE key = ?", key)


def forget_all(state: State) -> None:
    """As if 24 hours had passed."""
    state.run("DELETE FROM answer")


def settle_interrupted(state: State) -> None:
    """At start: a request that a crash cut off is answered 500, as nobody knows what it did."""
    text = json.dumps(server_error().answer.body)
    state.run("UPDATE answer SET status = 500, body = ? WHERE status IS NULL", text)


def _stored_answer(state: State, key: str, fingerprint: str) -> Answer | None:
    oldest = timestamp() - MEMORY_SECONDS
    rows = state.run("SELECT * FROM answer WHERE key = ? AND started_at > ?", key, oldest)
    if not rows:
        return None
    if rows[0]["fingerprint"] != fingerprint:
        raise StripeError(
            400,
            "idempotency_error",
            "Keys for idempotent requests can only be used with the same parameters they were "
            f"first used with. Try using a key other than '{key}' if you meant to execute a "
            "different request.",
        )
    if rows[0]["status"] is None:
        raise StripeError(
            409,
            "invalid_request_error",
            f"There is currently another in-progress request using this Idempotency Key ({key}).",
            code="idempotency_key_in_use",
        )
    return Answer(rows[0]["status"], json.loads(rows[0]["body"]))


def _begin(state: State, key: str, fingerprint: str) -> None:
    state.run(
        "INSERT OR REPLACE INTO answer (key, fingerprint, started_at) VALUES (?, ?, ?)",
        key, fingerprint, timestamp(),
    )  # fmt: skip


def _finish(state: State, key: str, answer: Answer) -> None:
    if answer.status in NOT_BEGUN:
        forget(state, key)
        return
    text = json.dumps(answer.body)
    state.run("UPDATE answer SET status = ?, body = ? WHERE key = ?", answer.status, text, key)
