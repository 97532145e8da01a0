"""Living through a stretch of business time: every job at every due time, in order.

At each instant all jobs run, in turn until none finds work, so that what one causes
(a payment, its event, the mail) is done before time goes on. Time never jumps over a due time.
Summaries of the state are made at the end: books only grow, so what was wrong on the way is
wrong then.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import cycle, islice

from accounts.jobs.actions import Outcome, execute, log_outcome
from accounts.jobs.agenda import Agenda
from accounts.jobs.calc import Job, slot_of
from accounts.jobs.clock_lock import clock_held_still, clock_in_hand
from accounts.jobs.exceptions import ClockIsBusy, JobsNeverQuiet
from accounts.jobs.journeys import Journey, note, set_out
from accounts.jobs.queries import is_done, require_current_schema
from config import clock

_MOST_ROUNDS = 1000


@dataclass
class Lived:
    """What happened on the way: things done by job, last error by job, instants stopped at.

    `slots`: which slot a job on the grid is known to be done in.
    """

    now: datetime
    counts: Counter[str] = field(default_factory=Counter)
    failed: dict[str, str] = field(default_factory=dict)
    steps: int = 0
    slots: dict[str, datetime] = field(default_factory=dict)


def advance_clock(jobs: Sequence[Job], *, to: datetime) -> Lived:
    """Move business time to `to`, stopping at each due time on the way; sandbox only.

    Waits for the jobs that run now; beat and workers stand aside meanwhile. How far it is stands
    in the journey. Raise `clock.ClockMovesOnlyForward`, ClockIsBusy, MigrationsPending.
    """
    require_current_schema()
    with clock_in_hand():
        now = clock.now()
        if to < now:
            raise clock.ClockMovesOnlyForward(f"It is {now.isoformat()} already.")
        journey = set_out(to=to)

        def arrive(lived: Lived) -> None:
            if lived.now > clock.now():
                clock.move_to(lived.now)
            note(_with(journey, lived))

        lived = _live_through(jobs, start=journey.start, until=to, arrive=arrive)
        note(replace(_with(journey, lived), has_arrived=True))
        return lived


def run_due(jobs: Sequence[Job], *, start: datetime, until: datetime) -> Lived:
    """What beat would have run from `start` up to `until`; the clock itself stays where it is.

    Raise ClockIsBusy while it is being moved, MigrationsPending.
    """
    require_current_schema()
    with clock_held_still() as stands_still:
        if not stands_still:
            raise ClockIsBusy("The clock is being moved just now.")
        return _live_through(jobs, start=start, until=until, arrive=_stay)


def _stay(lived: Lived) -> None:
    """`run_due` passes each instant to the jobs and moves nothing."""


def _with(journey: Journey, lived: Lived) -> Journey:
    return replace(
        journey, now=lived.now, steps=lived.steps, counts=dict(lived.counts), failed=lived.failed
    )


def _live_through(
    jobs: Sequence[Job], *, start: datetime, until: datetime, arrive: Callable[[Lived], None]
) -> Lived:
    lived, agenda = Lived(now=start), Agenda([job for job in jobs if not job.is_summary])
    _stop(agenda, lived, arrive)
    while lived.now < until:
        lived.now = min(agenda.next_instant(after=lived.now), until)
        _stop(agenda, lived, arrive)
    for job in jobs:
        if job.is_summary:
            _run_in_slot(job, lived)
    return lived


def _stop(agenda: Agenda, lived: Lived, arrive: Callable[[Lived], None]) -> None:
    """Do everything that there is to do now."""
    lived.steps += 1
    arrive(lived)
    for job in agenda.jobs:
        if job.is_on_grid and _run_in_slot(job, lived):
            agenda.forget()
    _run_until_quiet(agenda, lived)


def _run_in_slot(job: Job, lived: Lived) -> bool:
    """Once in each slot, by us or by somebody else; after a failure again at the next stop."""
    slot = slot_of(job, lived.now)
    if lived.slots.get(job.name) == slot:
        return False
    runs = not is_done(job, at=lived.now)
    if not runs or not _run(job, lived).error:
        lived.slots[job.name] = slot
    return runs


def _run_until_quiet(agenda: Agenda, lived: Lived) -> None:
    """In turn, until none of them has found anything since one of them last gave others work."""
    jobs = [job for job in agenda.jobs if not job.is_on_grid]
    quiet = 0
    for job in islice(cycle(jobs), _MOST_ROUNDS * len(jobs)):
        if quiet == len(jobs):
            return
        quiet += 1
        if _found_work(job, agenda, lived):
            agenda.forget()
            quiet = 0
    if jobs:
        raise JobsNeverQuiet(f"Jobs find work without end at {lived.now.isoformat()}.")


def _found_work(job: Job, agenda: Agenda, lived: Lived) -> bool:
    """A job that failed on the way looks at every stop, due or not."""
    if job.name not in lived.failed and agenda.spares(job, at=lived.now):
        return False
    return _run(job, lived).count > 0


def _run(job: Job, lived: Lived) -> Outcome:
    """Runs without effect leave no line, except that a grid's slot is then done."""
    outcome = execute(job, at=lived.now)
    if outcome.count or outcome.error or job.is_on_grid:
        log_outcome(outcome)
    lived.counts[job.name] += outcome.count
    if outcome.error:
        lived.failed[job.name] = outcome.error
    return outcome
