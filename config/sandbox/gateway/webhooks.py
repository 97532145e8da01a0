"""Events, and their signed delivery to one endpoint with retries.

localstripe is given no endpoint, so that each event has one sender: we. Delivery is at least once
and in no promised order, as Stripe's. Source: https://docs.stripe.com/webhooks.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import sqlite3
import time

import aiohttp

from config.sandbox.faults import Faults
from config.sandbox.gateway.objects import Json, missing, new_id, timestamp
from config.sandbox.gateway.state import State

API_VERSION = "2025-09-30.clover"
RETRY_SECONDS = (1, 2, 5, 10, 30, 60)
GIVE_UP_ATTEMPTS = 4_000
TIMEOUT_SECONDS = 10
AT_ONCE = 8
REORDER_PATIENCE_SECONDS = 3
REORDER_GAP_SECONDS = 0.3
IDLE_SECONDS = 1.0


class Webhooks:
    """Keeps the events and delivers those that are due."""

    def __init__(self, state: State, faults: Faults, session: aiohttp.ClientSession) -> None:
        self.state = state
        self.faults = faults
        self.session = session
        self.news = asyncio.Event()
        self.room = asyncio.Semaphore(AT_ONCE)
        self.running: set[asyncio.Task[None]] = set()

    def send(self, kind: str, subject: Json) -> None:
        """Record an event about the object as it is now; it is delivered in the background."""
        event: Json = {
            "id": new_id("evt_"),
            "object": "event",
            "api_version": API_VERSION,
            "created": timestamp(),
            "data": {"object": subject},
            "livemode": False,
            "pending_webhooks": 1,
            "request": {"id": None, "idempotency_key": None},
            "type": kind,
        }
        fate = self._fate(kind)
        self.state.run(
            "INSERT INTO event (id, type, body, state, due_at, repeats, forged)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            event["id"], kind, json.dumps(event), *fate,
        )  # fmt: skip
        if "reorder_webhooks" not in self.faults.orders:
            self._release_held()
        self.news.set()

    def set_endpoint(self, url: str, secret: str) -> None:
        """Deliver to this address from now on; what another one did not get is dropped."""
        if self.state.setting("webhook_url") not in (None, url):
            self.state.run("UPDATE event SET state = 'dropped' WHERE state = 'pending'")
        self.state.set("webhook_url", url)
        self.state.set("webhook_secret", secret)

    def resend(self, object_id: str) -> None:
        """Deliver an event once more, whatever became of it. Raises StripeError 404."""
        if not self.state.run("SELECT 1 FROM event WHERE id = ?", object_id):
            raise missing("event", object_id)
        self.state.run("UPDATE event SET state = 'pending', due_at = 0 WHERE id = ?", object_id)
        self.news.set()

    async def deliver_forever(self) -> None:
        self.state.run(
            "UPDATE event SET state = 'pending', due_at = 0"
            " WHERE state IN ('pending', 'sending', 'held')"
        )
        while True:
            self.news.clear()
            for row in self._due():
                self._start(row)
            await self._sleep_until_due()
            self._release_held(older_than=REORDER_PATIENCE_SECONDS)

    def _fate(self, kind: str) -> tuple[str, float, int, bool]:
        """State, due time, repetitions and forgery of a new event, by the faults in force."""
        now = time.time()
        if self.faults.take("drop_webhooks", event=kind):
            return "dropped", now, 0, False
        if self.faults.take("reorder_webhooks", event=kind):
            return "held", now, 0, False
        delay = self.faults.take("delay_webhooks", event=kind)
        repeat = self.faults.take("repeat_webhooks", event=kind)
        forged = self.faults.take("bad_signature", event=kind) is not None
        due_at = now + delay.seconds if delay else now
        return "pending", due_at, repeat.times if repeat else 0, forged

    def _release_held(self, *, older_than: float = 0) -> None:
        """Make the held events due, the newest first."""
        held = self.state.run(
            "SELECT id FROM event WHERE state = 'held' AND due_at <= ? ORDER BY sequence DESC",
            time.time() - older_than,
        )
        for place, row in enumerate(held):
            self.state.run(
                "UPDATE event SET state = 'pending', due_at = ? WHERE id = ?",
                time.time() + place * REORDER_GAP_SECONDS, row["id"],
            )  # fmt: skip

    def _due(self) -> list[sqlite3.Row]:
        if not self.state.setting("webhook_url"):
            return []
        return self.state.run(
            "SELECT * FROM event WHERE state = 'pending' AND due_at <= ? ORDER BY due_at LIMIT 100",
            time.time(),
        )

    def _start(self, row: sqlite3.Row) -> None:
        self.state.run("UPDATE event SET state = 'sending' WHERE id = ?", row["id"])
        task = asyncio.create_task(self._deliver(row))
        self.running.add(task)
        task.add_done_callback(self.running.discard)

    async def _sleep_until_due(self) -> None:
        rows = self.state.run("SELECT min(due_at) AS due FROM event WHERE state = 'pending'")
        wait = (rows[0]["due"] or time.time() + IDLE_SECONDS) - time.time()
        try:
            await asyncio.wait_for(self.news.wait(), min(max(wait, 0.05), IDLE_SECONDS))
        except TimeoutError:
            return

    async def _deliver(self, row: sqlite3.Row) -> None:
        async with self.room:
            outcome = await self._post(row)
        if not outcome.startswith("2"):
            wait = RETRY_SECONDS[min(row["attempts"], len(RETRY_SECONDS) - 1)]
            state = "failed" if row["attempts"] + 1 >= GIVE_UP_ATTEMPTS else "pending"
            self._note(row, state, outcome, due_at=time.time() + wait, repeats=row["repeats"])
        elif row["repeats"]:
            self._note(row, "pending", outcome, due_at=time.time(), repeats=row["repeats"] - 1)
        else:
            self._note(row, "delivered", outcome, due_at=time.time(), repeats=0)
        self.news.set()

    def _note(
        self, row: sqlite3.Row, state: str, outcome: str, *, due_at: float, repeats: int
    ) -> None:
        self.state.run(
            "UPDATE event SET state = ?, last_status = ?, due_at = ?, repeats = ?, forged = 0,"
            " attempts = attempts + 1 WHERE id = ? AND state = 'sending'",
            state, outcome, due_at, repeats, row["id"],
        )  # fmt: skip

    async def _post(self, row: sqlite3.Row) -> str:
        """One attempt; the status that came back, or what went wrong."""
        secret = "forged" if row["forged"] else self.state.setting("webhook_secret") or ""
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "Stripe-Signature": signature(row["body"], secret=secret, at=timestamp()),
        }
        try:
            async with self.session.post(
                self.state.setting("webhook_url") or "",
                data=row["body"].encode(),
                headers=headers,
                timeout=aiohttp.ClientTimeout(total=TIMEOUT_SECONDS),
            ) as response:
                return str(response.status)
        except (aiohttp.ClientError, TimeoutError) as error:
            return type(error).__name__


def signature(body: str, *, secret: str, at: int) -> str:
    """The header Stripe-Signature: time and HMAC-SHA256 of `time.body`."""
    digest = hmac.new(secret.encode(), f"{at}.{body}".encode(), hashlib.sha256).hexdigest()
    return f"t={at},v1={digest}"


def log(state: State) -> list[Json]:
    """Every event and what became of its delivery, newest first."""
    columns = "id, type, state, attempts, repeats, last_status, body"
    rows = state.run(f"SELECT {columns} FROM event ORDER BY sequence DESC LIMIT 1000")  # noqa: S608
    return [dict(row) | {"body": json.loads(row["body"])} for row in rows]
