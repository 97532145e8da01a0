"""The Celery tasks: one runs a job of the schedule by name, one moves the sandbox's clock."""

from __future__ import annotations

from datetime import datetime

from celery import shared_task

from accounts.jobs.actions import run_on_schedule
from accounts.jobs.exceptions import ClockIsBusy
from accounts.jobs.journeys import refuse, set_out
from accounts.jobs.stepping import advance_clock
from config import clock
from config.celery import app
from config.schedule import JOBS, job_named

_SHORTEST_EXPIRY_SECONDS = 5


@shared_task(name="run_job")  # type: ignore[untyped-decorator]  # Celery has no types
def run_job(name: str) -> None:
    """Run what is due at the present business time. A failure is logged and tried at the next
    knock of beat, not by Celery."""
    run_on_schedule(job_named(name))


@shared_task(name="live_through")  # type: ignore[untyped-decorator]  # Celery has no types
def live_through(to: str) -> None:
    """Move the sandbox's clock for somebody who does not wait for the end. The target is an
    instant: a worker that takes over from a dead one goes on from where the clock stands."""
    instant = datetime.fromisoformat(to)
    try:
        advance_clock(JOBS, to=instant)
    except (ClockIsBusy, clock.ClockMovesOnlyForward) as error:
        refuse(set_out(to=instant), why=str(error))


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
