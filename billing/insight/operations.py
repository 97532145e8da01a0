"""What waits and what went wrong, in one look: for the staff's dashboard and for /metrics.

Every figure is read through an index over what is open, so it stays cheap as history grows.
Times are wall time: they are about processes, not about business.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection

_UUID7_TIME_SHIFT = 80


def first_id_at(instant: datetime) -> UUID:
    """The smallest UUIDv7 that can be made at `instant`: rows since then are a range of ids."""
    milliseconds = int(instant.timestamp() * 1000)
    return UUID(int=milliseconds << _UUID7_TIME_SHIFT)


@dataclass(frozen=True)
class Backlog:
    """Rows that wait, rows that gave up, and the age of the oldest unpublished event."""

    inbox: int
    rejects: int
    outbox: int
    outbox_lag_seconds: float
    handlings: int
    handlings_failed: int
    mails: int
    mails_failed: int
    gateway_events: int
    payments_unsettled: int


# → one row in the order of Backlog; %s: now (wall time)
_BACKLOG = """
SELECT
    (SELECT coalesce(sum(size), 0) FROM inbox),
    (SELECT count(*) FROM usage_reject WHERE charge_id IS NULL),
    (SELECT count(*) FROM event WHERE position IS NULL),
    (SELECT coalesce(extract(epoch FROM
        %s - min(to_timestamp(('x0000' || substr(replace(id::text, '-', ''), 1, 12))
            ::bit(64)::bigint / 1000.0))), 0)::float
        FROM event WHERE position IS NULL),
    (SELECT count(*) FROM event_handling WHERE status = 'waiting'),
    (SELECT count(*) FROM event_handling WHERE status = 'failed'),
    (SELECT count(*) FROM mail WHERE status = 'waiting'),
    (SELECT count(*) FROM mail WHERE status = 'failed'),
    (SELECT count(*) FROM gateway_event WHERE status = 'waiting'),
    (SELECT count(*) FROM payment WHERE status IN ('pending', 'requires_action'))
"""


def backlog(*, wall: datetime) -> Backlog:
    """One statement."""
    with connection.cursor() as cursor:
        cursor.execute(_BACKLOG, [wall])
        (row,) = cursor.fetchall()
    return Backlog(*row)


@dataclass(frozen=True)
class Intake:
    """Usage records of a stretch of wall time, by what became of them."""

    accepted: int
    duplicates: int
    conflicts: int
    rejected: int
    per_minute: float


# %s: the first id of the stretch
_INTAKE = """
SELECT coalesce(sum(accepted), 0), coalesce(sum(duplicates), 0),
       coalesce(sum(conflicts), 0), coalesce(sum(rejected), 0)
FROM usage_batch WHERE id >= %s
"""


def intake(*, wall: datetime, within: timedelta) -> Intake:
    """What came in during the last `within`; `per_minute` counts all that was received."""
    with connection.cursor() as cursor:
        cursor.execute(_INTAKE, [first_id_at(wall - within)])
        (counts,) = cursor.fetchall()
    accepted, duplicates, conflicts, rejected = (int(count) for count in counts)
    received = accepted + duplicates + conflicts + rejected
    per_minute = received / (within / timedelta(minutes=1))
    return Intake(accepted, duplicates, conflicts, rejected, per_minute)


# %s: the first id of the stretch → trigger, status, how many
_RECHARGES = """
SELECT trigger, status, count(*) FROM recharge WHERE id >= %s GROUP BY trigger, status
"""


def recharges_by_outcome(*, wall: datetime, within: timedelta) -> dict[tuple[str, str], int]:
    """Recharges opened during the last `within`, by (trigger, status)."""
    with connection.cursor() as cursor:
        cursor.execute(_RECHARGES, [first_id_at(wall - within)])
        return {(trigger, status): count for trigger, status, count in cursor.fetchall()}
