"""Jobs that do nothing but tell when they ran."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from accounts.jobs.calc import Job

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


class Diary:
    """A job that has work at given instants, does all that is due, and notes when."""

    def __init__(self, due: Sequence[datetime] = ()) -> None:
        self.due = sorted(due)
        self.ran_at: list[datetime] = []
        self.looked_at: list[datetime] = []

    def __call__(self, *, at: datetime) -> int:
        self.looked_at.append(at)
        ready = [instant for instant in self.due if instant <= at]
        self.due = self.due[len(ready) :]
        self.ran_at += [at] * len(ready)
        return len(ready)

    def next_due(self, after: datetime) -> datetime | None:
        return min((instant for instant in self.due if instant > after), default=None)


class Counter:
    """A job that does something every time, up to a number of times."""

    def __init__(self, times: int = 0) -> None:
        self.left = times
        self.looked_at: list[datetime] = []

    def __call__(self, *, at: datetime) -> int:
        self.looked_at.append(at)
        if self.left == 0:
            return 0
        self.left -= 1
        return 1


class Broken:
    """A job that fails until it is repaired."""

    def __init__(self) -> None:
        self.is_repaired = False
        self.tries = 0

    def __call__(self, *, at: datetime) -> int:
        self.tries += 1
        if not self.is_repaired:
            raise ValueError("no paper")
        return 1


def frequent(name: str, run: Diary | Counter | Broken, every: timedelta = MINUTE) -> Job:
    return Job(name, run, every, run.next_due if isinstance(run, Diary) else None)


def daily(name: str, run: Counter | Broken) -> Job:
    return Job(name, run, DAY)
