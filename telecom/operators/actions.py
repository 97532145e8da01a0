"""Operations asked of operators: recorded first, carried out outside any transaction, settled."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.db import transaction

from telecom.operators.adapters.base import (
    Adapter,
    OperatorRefused,
    OperatorUnreachable,
    Progress,
)
from telecom.operators.models import Operator, OperatorJob
from telecom.operators.queries import adapter_of, networked_jobs

_ATTEMPTS = 6
_LEASE = timedelta(seconds=30)
_FIRST_WAIT = timedelta(seconds=30)
_CONFIRMATION_SECONDS = 1.5
_CONFIRMATION_PAUSE_SECONDS = 0.15


class Verdict(StrEnum):
    """What became of one try."""

    DONE = "done"
    AGAIN = "again"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Outcome:
    verdict: Verdict
    error: str = ""
    operation: str = ""


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
    """Talk to the operator: ask, unless it was asked already, and wait a moment for the outcome."""
    adapter = adapter_of(job.operator)
    operation = job.operation
    try:
        if not operation:
            operation = _send(adapter, job, imsi=imsi, msisdn=msisdn)
        return _watch(adapter, job, operation)
    except OperatorUnreachable as error:
        verdict = Verdict.FAILED if job.attempts >= _ATTEMPTS else Verdict.AGAIN
        return Outcome(verdict, str(error), operation)
    except OperatorRefused as error:
        return Outcome(Verdict.FAILED, str(error), operation)


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
    current.save(update_fields=["status", "error", "operation", "next_attempt_at", "ended_at"])
    return True


@transaction.atomic
def confirm_by_hand(job: OperatorJob, *, at: datetime) -> None:
    """A person says that the network did what a manual operator was asked for."""
    record_outcome(job, Outcome(Verdict.DONE), at=at)


def _send(adapter: Adapter, job: OperatorJob, *, imsi: str, msisdn: str) -> str:
    key = str(job.pk)
    match job.action:
        case OperatorJob.Action.PROVISION:
            return adapter.provision(job.line, imsi=imsi, msisdn=msisdn)
        case OperatorJob.Action.ACTIVATE:
            return adapter.activate(job.line, key=key)
        case OperatorJob.Action.SUSPEND:
            return adapter.suspend(job.line, key=key)
        case _:
            return adapter.terminate(job.line, key=key)


def _watch(adapter: Adapter, job: OperatorJob, operation: str) -> Outcome:
    """Wait a moment for the operation to end; a slow one is looked at again later."""
    deadline = time.monotonic() + _CONFIRMATION_SECONDS
    while operation:
        state = adapter.operation(operation)
        if state.progress is Progress.FAILED:
            return Outcome(Verdict.FAILED, state.error or "The operator gave up.", operation)
        if state.progress is Progress.DONE:
            break
        if time.monotonic() > deadline:
            return _still_running(job, operation)
        time.sleep(_CONFIRMATION_PAUSE_SECONDS)
    return Outcome(Verdict.DONE, "", operation)


def _still_running(job: OperatorJob, operation: str) -> Outcome:
    if job.attempts >= _ATTEMPTS:
        return Outcome(Verdict.FAILED, "The operator accepted but never finished.", operation)
    return Outcome(Verdict.AGAIN, "", operation)


def _wait(attempts: int) -> timedelta:
    """30 s, 1 min, 2 min … before the next try."""
    return _FIRST_WAIT * 2 ** (attempts - 1)
