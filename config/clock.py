"""The two times of Tollgate.

`now()` is business time: due times, periods, holds, renewals. In the sandbox it may run ahead
of the real time by an offset kept in a file, so that every process sees the same instant; in
production there is no such file and business time is the real time.
`wall()` is the real time: leases, signatures, sessions, rate limits, time-outs.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings


class ClockMovesOnlyForward(ValueError):
    """Somebody asked for a business time before the present one."""


def wall() -> datetime:
    """The real time, UTC."""
    return datetime.now(UTC)


def now() -> datetime:
    """Business time, UTC."""
    return wall() + offset()


def offset() -> timedelta:
    """How far business time is ahead of the real time; zero in production."""
    path = _file()
    if path is None:
        return timedelta()
    try:
        return timedelta(microseconds=int(path.read_text()))
    except FileNotFoundError:
        return timedelta()


def move_to(instant: datetime) -> None:
    """Set business time to `instant`; sandbox only, forward only.

    Only `accounts.jobs` calls this, while it holds the clock's lock.
    """
    path = _file()
    if path is None:
        raise RuntimeError("The clock can be moved in the sandbox only.")
    ahead = instant - wall()
    if ahead < offset() - timedelta(seconds=1):
        raise ClockMovesOnlyForward(f"The clock is past {instant.isoformat()} already.")
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(f".{os.getpid()}")
    draft.write_text(str(round(max(ahead, offset()) / timedelta(microseconds=1))))
    draft.replace(path)


def _file() -> Path | None:
    name = settings.SANDBOX_CLOCK_FILE
    return Path(name) if name else None
