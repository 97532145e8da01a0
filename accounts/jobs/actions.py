"""Running jobs, and the log of what they did."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

from accounts.jobs.calc import Job, slot_of
from accounts.jobs.clock_lock import clock_held_still
from accounts.jobs.models import JobRun
from accounts.jobs.queries import is_done, require_current_schema
from config import clock

log = logging.getLogger(__name__)

# A job that runs once a slot and was not heard of for so long (wall time) has died.
LEASE = timedelta(hours=1)
_LONGEST_ERROR = 4000


@dataclass(frozen=True)
class Outcome:
    """How one run ended: things done, wall time taken, the error if it failed."""

    job: Job
    at: datetime
    started_at: datetime
    finished_at: datetime
    count: int
    error: str = ""

    @property
    def status(self) -> JobRun.Status:
        return JobRun.Status.FAILED if self.error else JobRun.Status.DONE


def run_on_schedule(job: Job) -> Outcome | None:
    """What beat asks for: run the job at the present business time, when it is its turn.

    None when it is not: the clock is being moved, the slot is done already, or another worker
    is at it. Raise MigrationsPending.
    """
    require_current_schema()
    with clock_held_still() as stands_still:
        if not stands_still:
            return None
        at = clock.now()
        if not job.runs_once_a_slot:
            return _run_and_log(job, at=at)
        return _run_in_slot(job, at=at)


def run_now(job: Job) -> Outcome | None:
    """What a person asks for: run it at once, its turn or not. None while the clock is moved."""
    require_current_schema()
    with clock_held_still() as stands_still:
        return _run_and_log(job, at=clock.now()) if stands_still else None


def execute(job: Job, *, at: datetime) -> Outcome:
    """Run the job's work once, without a line in the log; an error ends in the outcome."""
    started = clock.wall()
    count, error = 0, ""
    try:
        count = job.run(at=at)
    except Exception as failure:
        log.exception("job %s failed", job.name)
        error = f"{type(failure).__name__}: {failure}".replace("\x00", "")[:_LONGEST_ERROR]
    return Outcome(job, at, started, clock.wall(), count, error)


_LOG = """
INSERT INTO job_run
    (name, slot, status, at, started_at, finished_at, runs, count, took_ms, error)
VALUES (%s, %s, %s, %s, %s, %s, 1, %s, %s, %s)
ON CONFLICT (name, slot, status) DO UPDATE SET
    at = EXCLUDED.at,
    started_at = EXCLUDED.started_at,
    finished_at = EXCLUDED.finished_at,
    runs = job_run.runs + 1,
    count = job_run.count + EXCLUDED.count,
    took_ms = job_run.took_ms + EXCLUDED.took_ms,
    error = EXCLUDED.error
"""


def log_outcome(outcome: Outcome) -> None:
    """Add the run to the line of its job, slot and outcome."""
    took_ms = (outcome.finished_at - outcome.started_at) // timedelta(milliseconds=1)
    values: list[str | int | datetime] = [
        outcome.job.name,
        slot_of(outcome.job, outcome.at),
        outcome.status.value,
        outcome.at,
        outcome.started_at,
        outcome.finished_at,
        outcome.count,
        took_ms,
        outcome.error,
    ]
    with connection.cursor() as cursor:
        cursor.execute(_LOG, values)


def _run_and_log(job: Job, *, at: datetime) -> Outcome:
    outcome = execute(job, at=at)
    log_outcome(outcome)
    return outcome


def _run_in_slot(job: Job, *, at: datetime) -> Outcome | None:
    """Once a slot: skipped when it has succeeded in it, or another worker is at it now."""
    if is_done(job, at=at):
        return None
    with _claimed(job, at=at) as claimed:
        return _run_and_log(job, at=at) if claimed else None


_CLAIM = """
INSERT INTO job_run (name, slot, status, at, started_at, runs, count, took_ms, error)
VALUES (%s, %s, 'running', %s, %s, 1, 0, 0, '')
ON CONFLICT (name, slot, status) DO UPDATE SET at = EXCLUDED.at, started_at = EXCLUDED.started_at
    WHERE job_run.started_at < %s
RETURNING id
"""


@contextmanager
def _claimed(job: Job, *, at: datetime) -> Iterator[bool]:
    """Hold the slot's running line; False when another run, less than a lease old, has it."""
    slot, now = slot_of(job, at), clock.wall()
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, [job.name, slot, at, now, now - LEASE])
        row = cursor.fetchone()
    try:
        yield row is not None
    finally:
        if row is not None:
            JobRun.objects.filter(pk=row[0], started_at=now).delete()
