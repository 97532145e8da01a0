"""Living through a stretch of business time: every job at every due time, in order.

At each instant all jobs run, again and again until none finds work, so that what one causes
(a payment, its event, the mail) is done before time goes on. Time never jumps over a due time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from accounts.jobs.actions import execute, log_outcome
from accounts.jobs.calc import Job, next_slot
from accounts.jobs.clock_lock import clock_held_still, clock_in_hand
from accounts.jobs.exceptions import ClockIsBusy, JobsNeverQuiet
from accounts.jobs.queries import is_done, require_current_schema
from config import clock

LONGEST_STRIDE = timedelta(hours=6)
_MOST_ROUNDS = 1000


@dataclass
class Lived:
    """What happened on the way: things done by job, last error by job, instants stopped at."""

    now: datetime
    counts: Counter[str] = field(default_factory=Counter)
    failed: dict[str, str] = field(default_factory=dict)
    steps: int = 0


def advance_clock(jobs: Sequence[Job], *, to: datetime) -> Lived:
    """Move business time to `to`, stopping at each due time on the way; sandbox only.

    Waits for the jobs that run now; beat and workers stand aside meanwhile. Raise
    `clock.ClockMovesOnlyForward`, ClockIsBusy, MigrationsPending.
    """
    require_current_schema()
    with clock_in_hand():
        start = clock.now()
        if to < start:
            raise clock.ClockMovesOnlyForward(f"It is {start.isoformat()} already.")
        return _live_through(jobs, start=start, until=to, move=_move_clock)


def run_due(jobs: Sequence[Job], *, start: datetime, until: datetime) -> Lived:
    """What beat would have run from `start` up to `until`; the clock itself stays where it is.

    Raise ClockIsBusy while it is being moved, MigrationsPending.
    """
    require_current_schema()
    with clock_held_still() as stands_still:
        if not stands_still:
            raise ClockIsBusy("The clock is being moved just now.")
        return _live_through(jobs, start=start, until=until, move=_leave_clock)


def _live_through(
    jobs: Sequence[Job], *, start: datetime, until: datetime, move: Callable[[datetime], None]
) -> Lived:
    lived = Lived(now=start)
    instant = start
    while instant < until:
        _stop_at(jobs, instant, lived, move)
        instant = _next_instant(jobs, after=instant)
    _stop_at(jobs, until, lived, move)
    return lived


def _stop_at(
    jobs: Sequence[Job], instant: datetime, lived: Lived, move: Callable[[datetime], None]
) -> None:
    """Run everything at `instant` until a round finds nothing to do."""
    move(instant)
    lived.now = instant
    lived.steps += 1
    for job in jobs:
        if job.is_on_grid and not is_done(job, at=instant):
            _run(job, lived)
    others = [job for job in jobs if not job.is_on_grid]
    for _ in range(_MOST_ROUNDS):
        if sum(_run(job, lived) for job in others) == 0:
            return
    raise JobsNeverQuiet(f"Jobs find work without end at {instant.isoformat()}.")


def _run(job: Job, lived: Lived) -> int:
    """Things done. Runs without effect leave no line, except that a grid's slot is then done."""
    outcome = execute(job, at=lived.now)
    if outcome.count or outcome.error or job.is_on_grid:
        log_outcome(outcome)
    lived.counts[job.name] += outcome.count
    if outcome.error:
        lived.failed[job.name] = outcome.error
    return outcome.count


def _next_instant(jobs: Sequence[Job], *, after: datetime) -> datetime:
    """The earliest time after `after` at which something falls due, but no later than a stride:
    usage arrives all the time, and what it causes must not wait for a day."""
    asked = dict.fromkeys(job.next_due for job in jobs if job.next_due is not None)
    instants = [next_due(after) for next_due in asked]
    instants += [next_slot(job, after) for job in jobs if job.is_on_grid]
    due = [instant for instant in instants if instant is not None and instant > after]
    return min([*due, after + LONGEST_STRIDE])


def _move_clock(instant: datetime) -> None:
    if instant > clock.now():
        clock.move_to(instant)


def _leave_clock(instant: datetime) -> None:
    """`run_due` passes each instant to the jobs and moves nothing."""
