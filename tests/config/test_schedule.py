"""The schedule as a whole, and the task that runs it."""

from __future__ import annotations

import pytest

from accounts.jobs.models import JobRun
from config import clock
from config.celery import app
from config.schedule import JOBS
from config.tasks import run_job


def test_names_are_unique_and_beat_knows_every_job() -> None:
    names = [job.name for job in JOBS]
    assert len(names) == len(set(names))
    assert {entry["args"][0] for entry in app.conf.beat_schedule.values()} == set(names)


@pytest.mark.django_db
@pytest.mark.parametrize("job", JOBS, ids=lambda job: job.name)
def test_every_job_runs_on_an_empty_database(job: object) -> None:
    run_job(job.name)  # type: ignore[attr-defined]
    line = JobRun.objects.get(name=job.name)  # type: ignore[attr-defined]
    assert (line.status, line.error) == ("done", "")


@pytest.mark.django_db
@pytest.mark.parametrize("job", [job for job in JOBS if job.next_due], ids=lambda job: job.name)
def test_nothing_is_overdue_in_an_empty_database(job: object) -> None:
    now = clock.now()
    due = job.next_due(now)  # type: ignore[attr-defined]
    assert due is None or due > now  # costs to date are due at midnight, used or not
