"""Jobs hold the clock still while they run; moving it waits for them, and they for it.

A session lock of PostgreSQL, shared for jobs and exclusive for the mover: the holder's death
frees it at once. Business time moves in the sandbox only, so production takes no lock at all,
and PgBouncer in transaction mode, where session locks mean nothing, stays possible.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import OperationalError, connection, transaction

from accounts.jobs.exceptions import ClockIsBusy

_CLOCK = 0x746F6C6C636C6F63
_LONGEST_WAIT = "60s"


@contextmanager
def clock_held_still() -> Iterator[bool]:
    """Yield whether the clock stands still for the time of the block; False: it is being moved."""
    if not settings.SANDBOX_CLOCK_FILE:
        yield True
        return
    held = bool(_ask("SELECT pg_try_advisory_lock_shared(%s)"))
    try:
        yield held
    finally:
        if held:
            _ask("SELECT pg_advisory_unlock_shared(%s)")


@contextmanager
def clock_in_hand() -> Iterator[None]:
    """Hold the clock alone, after the jobs that run now. Raise ClockIsBusy after a minute."""
    _wait_for_jobs()
    try:
        yield
    finally:
        _ask("SELECT pg_advisory_unlock(%s)")


def _wait_for_jobs() -> None:
    """The lock outlives the transaction; its time limit does not."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('lock_timeout', %s, true)", [_LONGEST_WAIT])
            cursor.execute("SELECT pg_advisory_lock(%s)", [_CLOCK])
    except OperationalError as error:
        raise ClockIsBusy("Jobs did not end within a minute.") from error


def _ask(statement: str) -> object:
    with connection.cursor() as cursor:
        cursor.execute(statement, [_CLOCK])
        row = cursor.fetchone()
    return row[0] if row else None
