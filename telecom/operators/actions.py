"""Operations asked of operators: recorded first, carried out outside any transaction, settled."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.db import transaction

from telecom.operators.adapters.base import (
    Adapter,
    LineState,
    OperatorRefused,
    OperatorUnreachable,
)
from telecom.operators.models import Operator, OperatorJob
from telecom.operators.queries import adapter_of, networked_jobs

_ATTEMPTS = 6
_LEASE = timedelta(seconds=30)
_FIRST_WAIT = timedelta(seconds=30)
_CONFIRMATION_SECONDS = 1.5
_CONFIRMATION_PAUSE_SECONDS = 0.15
_CONFIRMED = {
    OperatorJob.Action.PROVISION: {LineState.INACTIVE, LineState.ACTIVE, LineState.SUSPENDED},
    OperatorJob.Action.ACTIVATE: {LineState.ACTIVE},
    OperatorJob.Action.SUSPEND: {LineState.SUSPENDED},
    OperatorJob.Action.TERMINATE: {LineState.TERMINATED},
}


class Verdict(StrEnum):
    """What became of one try."""

    DONE = "done"
    AGAIN = "again"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Outcome:
    verdict: Verdict
    error: str = ""


def ask(
    operator: Operator | None, *, line: str, action: OperatorJob.Action, by: str, at: datetime
) -> OperatorJob:
    """Ask for an operation on a line; an older open request for the line is superseded."""
    OperatorJob.objects.filter(
        line=line, status__in=[OperatorJob.Status.WAITING, OperatorJob.Status.SENT]
    ).update(status=OperatorJob.Status.SUPERSEDED, ended_at=at)
    return OperatorJob.objects.create(
        operator=operator, line=line, action=action, next_attempt_at=at, asked_by=by, asked_at=at
    )


@transaction.atomic
def claim_due_job(*, at: datetime) -> OperatorJob | None:
    """Take the next due job; other workers skip it, and it falls due again if we die."""
    job = (
        networked_jobs()
        .filter(next_attempt_at__lte=at)
        .select_for_update(skip_locked=True, of=("self",), no_key=True)
        .order_by("next_attempt_at", "id")
        .first()
    )
    if job is not None:
        job.attempts += 1
        job.next_attempt_at = at + _LEASE
        job.save(update_fields=["attempts", "next_attempt_at"])
    return job


def carry_out(job: OperatorJob, *, imsi: str, msisdn: str) -> Outcome:
    """Talk to the operator: ask, unless it was asked already, and wait a moment for the state."""
    adapter = adapter_of(job.operator)
    try:
        if job.status == OperatorJob.Status.WAITING:
            _send(adapter, job, imsi=imsi, msisdn=msisdn)
        confirmed = _is_confirmed(adapter, job)
    except OperatorUnreachable as error:
        return Outcome(Verdict.FAILED if job.attempts >= _ATTEMPTS else Verdict.AGAIN, str(error))
    except OperatorRefused as error:
        return Outcome(Verdict.FAILED, str(error))
    if confirmed:
        return Outcome(Verdict.DONE)
    if job.attempts >= _ATTEMPTS:
        return Outcome(Verdict.FAILED, "The operator accepted but never confirmed.")
    return Outcome(Verdict.AGAIN, "")


def record_outcome(job: OperatorJob, outcome: Outcome, *, at: datetime) -> bool:
    """Write what became of a try; False when the job was superseded meanwhile."""
    current = OperatorJob.objects.select_for_update(no_key=True).get(pk=job.pk)
    if current.status not in {OperatorJob.Status.WAITING, OperatorJob.Status.SENT}:
        return False
    current.error = outcome.error
    if outcome.verdict is Verdict.AGAIN:
        current.status = OperatorJob.Status.WAITING if outcome.error else OperatorJob.Status.SENT
        current.next_attempt_at = at + _wait(current.attempts)
    else:
        done = outcome.verdict is Verdict.DONE
        current.status = OperatorJob.Status.DONE if done else OperatorJob.Status.FAILED
        current.ended_at = at
    current.save(update_fields=["status", "error", "next_attempt_at", "ended_at"])
    return True


@transaction.atomic
def confirm_by_hand(job: OperatorJob, *, at: datetime) -> None:
    """A person says that the network did what a manual operator was asked for."""
    record_outcome(job, Outcome(Verdict.DONE), at=at)


def _send(adapter: Adapter, job: OperatorJob, *, imsi: str, msisdn: str) -> None:
    match job.action:
        case OperatorJob.Action.PROVISION:
            adapter.provision(job.line, imsi=imsi, msisdn=msisdn)
        case OperatorJob.Action.ACTIVATE:
            adapter.activate(job.line)
        case OperatorJob.Action.SUSPEND:
            adapter.suspend(job.line)
        case OperatorJob.Action.TERMINATE:
            adapter.terminate(job.line)


def _is_confirmed(adapter: Adapter, job: OperatorJob) -> bool:
    wanted = _CONFIRMED[OperatorJob.Action(job.action)]
    deadline = time.monotonic() + _CONFIRMATION_SECONDS
    while adapter.state(job.line) not in wanted:
        if time.monotonic() > deadline:
            return False
        time.sleep(_CONFIRMATION_PAUSE_SECONDS)
    return True


def _wait(attempts: int) -> timedelta:
    """30 s, 1 min, 2 min … before the next try."""
    return _FIRST_WAIT * 2 ** (attempts - 1)
