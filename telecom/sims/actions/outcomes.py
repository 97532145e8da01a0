"""What the network answered, and where the SIM goes from there."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from telecom.operators.actions import Outcome, Verdict, ask, record_outcome
from telecom.operators.models import OperatorJob
from telecom.sims.actions.states import change_status
from telecom.sims.models import Sim
from telecom.sims.queries import lock_sim

_PENDING, _SUSPENDED = Sim.Status.PENDING, Sim.Status.SUSPENDED


@transaction.atomic
def settle_operation(job: OperatorJob, outcome: Outcome, *, at: datetime) -> None:
    """Write the outcome of an operator's operation and move the SIM on."""
    sim = lock_sim(job.line)
    if not record_outcome(job, outcome, at=at) or sim.status != _PENDING:
        return
    if outcome.verdict is Verdict.FAILED:
        change_status(sim, Sim.Status.INVALID, reason=outcome.error, by="operator", at=at)
    elif outcome.verdict is Verdict.DONE:
        _go_on(sim, job, at=at)


def _go_on(sim: Sim, job: OperatorJob, *, at: datetime) -> None:
    """After a confirmed operation: the intended status, or what was asked for during the set-up."""
    if job.action == OperatorJob.Action.SUSPEND:
        change_status(sim, _SUSPENDED, reason=sim.status_reason, by=job.asked_by, at=at)
    elif not sim.intended_status:
        change_status(sim, Sim.Status.BLANK, reason="Set up", by=job.asked_by, at=at)
    elif job.action == OperatorJob.Action.PROVISION:
        suspends = bool(sim.suspended_by)
        action = OperatorJob.Action.SUSPEND if suspends else OperatorJob.Action.ACTIVATE
        ask(sim.operator, line=sim.iccid, action=action, by=job.asked_by, at=at)
    else:
        after = Sim.Status(sim.intended_status)
        change_status(sim, after, reason=sim.status_reason, by=job.asked_by, at=at)
