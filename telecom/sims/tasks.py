"""The jobs that carry SIM operations to the operators."""

from __future__ import annotations

from datetime import datetime

from celery import shared_task
from django.db import transaction
from kombu.exceptions import OperationalError

from config import clock
from telecom.operators.actions import carry_out, claim_due_job
from telecom.sims.actions import settle_operation
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


@shared_task(name="telecom.carry_out_operations")
def carry_out_operations() -> None:
    run_operator_jobs(at=clock.now())


def hurry_operations() -> None:
    """Have a worker carry out what was just asked, instead of waiting for the next beat."""
    transaction.on_commit(_send, robust=True)


def _send() -> None:
    try:
        carry_out_operations.delay()
    except OperationalError:
        # The broker is away: the beat job finds the work in the database.
        return
