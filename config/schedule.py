"""Every job of Tollgate: what runs, how often, and what tells when it falls due.

Beat, `run_due` and the sandbox's clock read this table and nothing else. The order is that of
one round: what comes in first, what follows from it after.
"""

from __future__ import annotations

from datetime import timedelta

from accounts.events.tasks import dispatch_outbox
from accounts.jobs.calc import Job
from accounts.jobs.tasks import prune_job_runs

SECOND, MINUTE, HOUR, DAY = (
    timedelta(seconds=1),
    timedelta(minutes=1),
    timedelta(hours=1),
    timedelta(days=1),
)

JOBS: tuple[Job, ...] = (
    Job("dispatch_outbox", dispatch_outbox, SECOND),
    Job("prune_job_runs", prune_job_runs, DAY),
)

_BY_NAME = {job.name: job for job in JOBS}


def job_named(name: str) -> Job:
    """Raise KeyError for a name that is not in the table."""
    return _BY_NAME[name]
