"""The jobs' own job."""

from __future__ import annotations

from datetime import datetime, timedelta

from accounts.jobs.models import JobRun

KEPT = timedelta(days=90)


def prune_job_runs(*, at: datetime) -> int:
    """Forget what ran more than 90 days ago."""
    deleted, _ = JobRun.objects.filter(slot__lt=at - KEPT).delete()
    return deleted
