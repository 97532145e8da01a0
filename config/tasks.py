"""The one Celery task: it runs a job of the schedule by name."""

from __future__ import annotations

from celery import shared_task

from accounts.jobs.actions import run_on_schedule
from config.celery import app
from config.schedule import JOBS, job_named

_SHORTEST_EXPIRY_SECONDS = 5


@shared_task(name="run_job")  # type: ignore[untyped-decorator]  # Celery has no types
def run_job(name: str) -> None:
    """Run what is due at the present business time. A failure is logged and tried at the next
    knock of beat, not by Celery."""
    run_on_schedule(job_named(name))


# A knock that no worker has answered when the next one comes is dropped: the due time stands in
# the database, so nothing is lost with it, and a queue never fills up while workers are away.
app.conf.beat_schedule = {
    job.name: {
        "task": "run_job",
        "schedule": job.tick,
        "args": (job.name,),
        "options": {"expires": max(job.tick.total_seconds(), _SHORTEST_EXPIRY_SECONDS)},
    }
    for job in JOBS
}
