"""Which adapter speaks with an operator, and which jobs are due."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db.models import Min, QuerySet

from telecom.operators.adapters.base import Adapter
from telecom.operators.adapters.manual import ManualAdapter
from telecom.operators.adapters.sandbox import SandboxAdapter
from telecom.operators.models import Operator, OperatorJob


def adapter_of(operator: Operator | None) -> Adapter:
    """The adapter of an operator; a line without an operator is looked after by hand."""
    if operator is not None and operator.adapter == Operator.Adapter.SANDBOX:
        return SandboxAdapter(base_url=settings.OPERATOR_BASE_URL, token=settings.OPERATOR_TOKEN)
    return ManualAdapter()


def networked_operators() -> QuerySet[Operator]:
    return Operator.objects.exclude(adapter=Operator.Adapter.MANUAL)


def networked_jobs() -> QuerySet[OperatorJob]:
    """Open jobs that a network carries out; those of manual operators wait for a person."""
    return OperatorJob.objects.filter(
        status__in=[OperatorJob.Status.WAITING, OperatorJob.Status.SENT],
        operator__in=networked_operators(),
    )


def next_operator_job_due(after: datetime) -> datetime | None:
    """When the next operator job falls due after `after`, for the sandbox clock."""
    due = networked_jobs().filter(next_attempt_at__gt=after)
    first: datetime | None = due.aggregate(at=Min("next_attempt_at"))["at"]
    return first
