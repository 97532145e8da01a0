"""Reads of the jobs' log."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Min

from accounts.jobs.calc import Job, slot_of
from accounts.jobs.exceptions import MigrationsPending
from accounts.jobs.models import JobRun

# A job is behind when this many of its intervals, and a minute, passed without a success.
_PATIENCE_INTERVALS = 3
_PATIENCE = timedelta(minutes=1)


def is_done(job: Job, *, at: datetime) -> bool:
    """Whether the job has succeeded in the slot of `at`."""
    done = JobRun.objects.filter(name=job.name, slot=slot_of(job, at), status=JobRun.Status.DONE)
    return done.exists()


@dataclass(frozen=True)
class JobState:
    """A job, its last success and its last failure (either may be missing).

    `since` is when the first of all kept runs began: what has never run counts from there.
    """

    job: Job
    done: JobRun | None
    failed: JobRun | None
    since: datetime | None

    @property
    def is_failing(self) -> bool:
        """Whether the last thing that it did was to fail."""
        if self.failed is None or self.failed.finished_at is None:
            return False
        return self.done is None or self.failed.finished_at > (
            self.done.finished_at or self.done.started_at
        )

    def is_behind(self, *, wall: datetime) -> bool:
        """Whether it has not succeeded for much longer than its interval; wall time."""
        last = self.since if self.done is None else self.done.finished_at
        if last is None:
            return True
        return wall - last > self.job.every * _PATIENCE_INTERVALS + _PATIENCE


def job_states(jobs: Iterable[Job]) -> list[JobState]:
    """The state of each job; three queries."""
    done, failed = _latest(JobRun.Status.DONE), _latest(JobRun.Status.FAILED)
    since = JobRun.objects.aggregate(since=Min("started_at"))["since"]
    return [JobState(job, done.get(job.name), failed.get(job.name), since) for job in jobs]


def _latest(status: JobRun.Status) -> dict[str, JobRun]:
    rows = JobRun.objects.filter(status=status).order_by("name", "-slot").distinct("name")
    return {row.name: row for row in rows}


@cache
def require_current_schema() -> None:
    """Raise MigrationsPending unless every migration is applied. A success is remembered."""
    pending = pending_migrations()
    if pending:
        raise MigrationsPending(f"{len(pending)} migrations are pending, first {pending[0]}.")


def pending_migrations() -> list[str]:
    """Migrations of the code that the database has not seen, as "app.name"."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _ in plan]
