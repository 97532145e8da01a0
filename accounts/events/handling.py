"""Running one handler on one event."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.db import transaction

from accounts.events.models import Handling
from accounts.events.queries import due_handlings
from accounts.events.registry import handlers_of

log = logging.getLogger(__name__)

RETRY_AFTER = (
    timedelta(seconds=5),
    timedelta(seconds=30),
    timedelta(minutes=2),
    timedelta(minutes=10),
    timedelta(hours=1),
    timedelta(hours=6),
    timedelta(hours=24),
)


@transaction.atomic
def handle_next(*, at: datetime) -> bool:
    """Claim the next due piece of work and run its handler; False when there is none.

    What the handler writes and the mark that it is done are one transaction, so its effect in
    the database happens once. A handler that fails is undone alone, tried again with growing
    pauses, and stays visible as failed after the eighth attempt.
    """
    handling = (
        due_handlings(at=at)
        .select_for_update(of=("self",), skip_locked=True)
        .select_related("event", "event__company")
        .first()
    )
    if handling is None:
        return False
    error = _run(handling, at=at)
    handling.attempts += 1
    if error is None:
        handling.status, handling.handled_at, handling.error = Handling.Status.DONE, at, ""
    else:
        _postpone(handling, error=error, at=at)
    handling.save(update_fields=["status", "attempts", "next_attempt_at", "handled_at", "error"])
    return True


def _run(handling: Handling, *, at: datetime) -> str | None:
    """The handler's error, or None."""
    handler = handlers_of(handling.event.type).get(handling.handler)
    if handler is None:
        return "No such handler is registered any more."
    try:
        with transaction.atomic():
            handler(handling.event, at=at)
    except Exception as error:
        log.exception("handler %s failed on event %s", handling.handler, handling.event_id)
        return f"{type(error).__name__}: {error}"
    return None


def _postpone(handling: Handling, *, error: str, at: datetime) -> None:
    handling.error = error.replace("\x00", "")[:2000]
    if handling.attempts > len(RETRY_AFTER):
        handling.status = Handling.Status.FAILED
    else:
        handling.next_attempt_at = at + RETRY_AFTER[handling.attempts - 1]


@transaction.atomic
def try_again(handling: Handling, *, at: datetime) -> None:
    """Put a failed piece of work back into the queue, with all its attempts before it."""
    Handling.objects.filter(pk=handling.pk, status=Handling.Status.FAILED).update(
        status=Handling.Status.WAITING, attempts=0, next_attempt_at=at
    )
