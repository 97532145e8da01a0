"""The job that carries SIM operations to the operators."""

from __future__ import annotations

from datetime import datetime

from celery import shared_task

from config import clock
from telecom.operators.actions import carry_out, claim_due_job
from telecom.sims.actions import settle_operation
from telecom.sims.dispatch import CARRY_OUT
from telecom.sims.models import Sim


def run_operator_jobs(*, at: datetime) -> int:
    """Carry out the operations that are due; another worker takes other jobs."""
    done = 0
    while job := claim_due_job(at=at):
        sim = Sim.objects.get(iccid=job.line)
        outcome = carry_out(job, imsi=sim.imsi or "", msisdn=sim.msisdn or "")
        settle_operation(job, outcome, at=at)
        done += 1
    return done


@shared_task(name=CARRY_OUT)
def carry_out_operations() -> None:
    run_operator_jobs(at=clock.now())
