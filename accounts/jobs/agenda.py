"""What falls due when, on the way through a stretch of business time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from accounts.jobs.calc import MINUTE, Job, NextDue, next_slot

# Usage arrives all the time, and what it causes must not wait for a day.
LONGEST_STRIDE = timedelta(hours=6)


@dataclass
class Agenda:
    """Due times as the jobs told them when nothing was left to do.

    They hold until something is done: then everything is forgotten and asked again. Work that
    others make meanwhile tells of itself by its events, which are looked for at every stop.
    """

    jobs: Sequence[Job]
    _due: dict[NextDue, datetime | None] = field(default_factory=dict)

    def forget(self) -> None:
        """Something was done: whatever was due may have changed."""
        self._due.clear()

    def spares(self, job: Job, *, at: datetime) -> bool:
        """Whether the job has nothing to do at `at`, for all that is known.

        Jobs of every second are queues, which others may fill at any moment: they always look.
        """
        if job.every < MINUTE or job.next_due is None or job.next_due not in self._due:
            return False
        due = self._due[job.next_due]
        return due is None or due > at

    def next_instant(self, *, after: datetime) -> datetime:
        """The earliest time after `after` at which something falls due, but within a stride."""
        asked = [job.next_due for job in self.jobs if job.next_due is not None]
        instants = [self._next_due(next_due, after=after) for next_due in asked]
        instants += [next_slot(job, after) for job in self.jobs if job.is_on_grid]
        due = [instant for instant in instants if instant is not None and instant > after]
        return min([*due, after + LONGEST_STRIDE])

    def _next_due(self, next_due: NextDue, *, after: datetime) -> datetime | None:
        known = self._due.get(next_due, after)
        if known is not None and known <= after:
            self._due[next_due] = known = next_due(after)
        return known
