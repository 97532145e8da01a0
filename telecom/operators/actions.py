"""Operations asked of operators: recorded first, carried out outside any transaction, settled."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

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
    RUNNING = "running"
    AGAIN = "again"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Line:
    """What an operator needs to set a line up."""

    imsi: str
    msisdn: str


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
def claim_due_jobs(*, at: datetime, count: int = 50) -> list[OperatorJob]:
    """Take the next due jobs; other workers skip them, and they fall due again if we die."""
    jobs = list(
        networked_jobs()
        .filter(next_attempt_at__lte=at)
        .select_related("operator")
        .select_for_update(skip_locked=True, of=("self",), no_key=True)
        .order_by("next_attempt_at", "id")[:count]
    )
    for job in jobs:
        job.attempts += 1
        job.next_attempt_at = at + _LEASE
    OperatorJob.objects.bulk_update(jobs, ["attempts", "next_attempt_at"])
    return jobs


def carry_out(jobs: Sequence[OperatorJob], *, lines: Mapping[str, Line]) -> dict[UUID, Outcome]:
    """Talk to the operators: ask for what was not asked yet, then wait a moment for the outcomes.

    Outside any transaction. What is still running after that moment is looked at again later.
    """
    outcomes = {job.pk: _asked(job, lines[job.line]) for job in jobs}
    deadline = time.monotonic() + _CONFIRMATION_SECONDS
    while running := [job for job in jobs if outcomes[job.pk].verdict is Verdict.RUNNING]:
        for job in running:
            outcomes[job.pk] = _looked_at(job, outcomes[job.pk].operation)
        if time.monotonic() > deadline:
            break
        time.sleep(_CONFIRMATION_PAUSE_SECONDS)
    return {job.pk: _or_later(job, outcomes[job.pk]) for job in jobs}


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


def _send(adapter: Adapter, job: OperatorJob, line: Line) -> str:
    key = str(job.pk)
    match job.action:
        case OperatorJob.Action.PROVISION:
            return adapter.provision(job.line, imsi=line.imsi, msisdn=line.msisdn)
        case OperatorJob.Action.ACTIVATE:
            return adapter.activate(job.line, key=key)
        case OperatorJob.Action.SUSPEND:
            return adapter.suspend(job.line, key=key)
        case _:
            return adapter.terminate(job.line, key=key)


def _asked(job: OperatorJob, line: Line) -> Outcome:
    """The operation is on its way, or why not."""
    if job.operation:
        return Outcome(Verdict.RUNNING, "", job.operation)
    try:
        operation = _send(adapter_of(job.operator), job, line)
    except (OperatorUnreachable, OperatorRefused) as error:
        return _trouble(job, error, "")
    return Outcome(Verdict.RUNNING if operation else Verdict.DONE, "", operation)


def _looked_at(job: OperatorJob, operation: str) -> Outcome:
    try:
        state = adapter_of(job.operator).operation(operation)
    except (OperatorUnreachable, OperatorRefused) as error:
        return _trouble(job, error, operation)
    if state.progress is Progress.FAILED:
        return Outcome(Verdict.FAILED, state.error or "The operator gave up.", operation)
    done = state.progress is Progress.DONE
    return Outcome(Verdict.DONE if done else Verdict.RUNNING, "", operation)


def _trouble(
    job: OperatorJob, error: OperatorUnreachable | OperatorRefused, operation: str
) -> Outcome:
    is_final = isinstance(error, OperatorRefused) or job.attempts >= _ATTEMPTS
    return Outcome(Verdict.FAILED if is_final else Verdict.AGAIN, str(error), operation)


def _or_later(job: OperatorJob, outcome: Outcome) -> Outcome:
    if outcome.verdict is not Verdict.RUNNING:
        return outcome
    if job.attempts >= _ATTEMPTS:
        error = "The operator accepted but never finished."
        return Outcome(Verdict.FAILED, error, outcome.operation)
    return Outcome(Verdict.AGAIN, "", outcome.operation)


def _wait(attempts: int) -> timedelta:
    """30 s, 1 min, 2 min … before the next try."""
    return _FIRST_WAIT * (1 << (attempts - 1))
