"""What a job is, and the arithmetic of when it runs. No database."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
# Beat knocks at least this often; a job with a longer interval then looks whether it is its turn.
LONGEST_TICK = timedelta(minutes=5)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Work(Protocol):
    """Does everything that is due at `at` (business time) and returns how many things it did.

    Idempotent, resumable, safe to run several times at once: rows are claimed by SKIP LOCKED.
    """

    def __call__(self, *, at: datetime) -> int: ...


NextDue = Callable[[datetime], datetime | None]


@dataclass(frozen=True)
class Job:
    """A row of the schedule.

    `next_due(after)` tells when something falls due next, so that the sandbox's clock can step
    from one due time to the next. Without it, a job of an hour or more runs on the grid of
    `every` (UTC), and a more frequent one at every step. `is_summary` is for work that describes
    the present state and from which nothing follows, such as costs to date: on the way through
    time the last description replaces those before it, so only the last one is made.
    """

    name: str
    run: Work
    every: timedelta
    next_due: NextDue | None = None
    is_summary: bool = False

    @property
    def title(self) -> str:
        """The name as people read it."""
        return self.name.replace("_", " ").capitalize()

    @property
    def tick(self) -> timedelta:
        """How often beat knocks."""
        return min(self.every, LONGEST_TICK)

    @property
    def runs_once_a_slot(self) -> bool:
        """Whether one success is enough until the next slot of its grid begins."""
        return self.every > LONGEST_TICK

    @property
    def is_on_grid(self) -> bool:
        """Whether, for want of due times, it runs whenever a slot begins."""
        return self.next_due is None and self.every >= HOUR


def never_due(after: datetime) -> None:
    """The `next_due` of what ages in real time: moving the sandbox's clock brings nothing due."""


def slot_of(job: Job, at: datetime) -> datetime:
    """Start of the slot that `at` lies in: of `every`, at least an hour (a line of the log)."""
    width = max(job.every, HOUR)
    return _EPOCH + (at - _EPOCH) // width * width


def next_slot(job: Job, after: datetime) -> datetime:
    """When the next slot begins."""
    return slot_of(job, after) + max(job.every, HOUR)
