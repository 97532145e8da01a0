"""The job that carries SIM operations to the operators."""

from __future__ import annotations

from datetime import datetime

from celery import shared_task

from config import clock
from telecom.operators.actions import Line, carry_out, claim_due_jobs
from telecom.sims.actions.outcomes import settle_operation
from telecom.sims.dispatch import CARRY_OUT
from telecom.sims.models import Sim


def run_operator_jobs(*, at: datetime) -> int:
    """Carry out the operations that are due; another worker takes other jobs."""
    done = 0
    while jobs := claim_due_jobs(at=at):
        sims = Sim.objects.filter(iccid__in=[job.line for job in jobs])
        lines = {sim.iccid: Line(sim.imsi or "", sim.msisdn or "") for sim in sims}
        outcomes = carry_out(jobs, lines=lines)
        for job in jobs:
            settle_operation(job, outcomes[job.pk], at=at)
        done += len(jobs)
    return done


@shared_task(name=CARRY_OUT)  # type: ignore[untyped-decorator]  # Celery has no types
def carry_out_operations() -> None:
    run_operator_jobs(at=clock.now())
