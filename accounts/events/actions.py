"""Publishing: the fact's row, its position, and the work that waits for its handlers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import connection, transaction

from accounts.companies.models import Company
from accounts.events.models import Event, Handling
from accounts.events.queries import unpublished_events
from accounts.events.registry import handlers_of

_PUBLISHER_LOCK = 0x746F6C6C67617465
_BATCH = 1000


def publish(
    event_type: str, *, company: Company | None, data: Mapping[str, object], at: datetime
) -> Event:
    """Write the fact into the outbox, inside the transaction that makes it true.

    Amounts in `data` are strings; `at` is business time. Nothing is sent from here.
    """
    if not connection.in_atomic_block:
        raise RuntimeError(f"{event_type} must be published in the transaction of its fact.")
    return Event.objects.create(type=event_type, company=company, data=dict(data), created_at=at)


@transaction.atomic
def publish_positions(*, at: datetime) -> int:
    """Give committed events their positions, and each of their handlers its piece of work.

    Ids and times are not in the order of commits, so a reader going by them could pass over a
    row that commits late. Positions are given here only, after the commit, by one publisher at
    a time (an advisory lock for the transaction): once a reader has seen a position, nothing
    will ever appear before it. Returns how many events were published.
    """
    if not _is_only_publisher():
        return 0
    events = list(unpublished_events()[:_BATCH])
    first = _last_position() + 1
    for position, event in enumerate(events, start=first):
        event.position = position
    Event.objects.bulk_update(events, ["position"])
    Handling.objects.bulk_create(
        [
            Handling(handler=name, event=event, next_attempt_at=at)
            for event in events
            for name in handlers_of(event.type)
        ]
    )
    return len(events)


def _is_only_publisher() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_PUBLISHER_LOCK])
        return bool(cursor.fetchone()[0])


def _last_position() -> int:
    last = Event.objects.filter(position__isnull=False).order_by("-position").first()
    return last.position if last is not None and last.position is not None else 0
