"""Where a person or a program wants the clock to be."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from accounts.jobs.durations import parse_duration
from config import clock

FARTHEST = timedelta(days=5 * 366)


class InvalidInstant(ValueError):
    """The text is no ISO 8601 instant with a time zone, or lies too far ahead."""


def instant_of(text: str) -> datetime:
    """`text` as a UTC instant at most five years ahead. Raise InvalidInstant."""
    try:
        instant = datetime.fromisoformat(text)
    except ValueError as error:
        raise InvalidInstant("Write an instant as 2026-04-01T00:00:00Z.") from error
    if instant.tzinfo is None:
        raise InvalidInstant("The instant needs its time zone, such as Z.")
    return _within_reach(instant)


def instant_in(text: str) -> datetime:
    """The instant that lies a duration from now. Raise InvalidDuration, InvalidInstant."""
    return _within_reach(parse_duration(text).after(clock.now()))


def _within_reach(instant: datetime) -> datetime:
    try:
        ahead = instant.astimezone(UTC) - clock.now()
    except OverflowError as error:
        raise InvalidInstant("The instant lies beyond the calendar.") from error
    if ahead > FARTHEST:
        raise InvalidInstant("At most five years at once.")
    return instant.astimezone(UTC)
