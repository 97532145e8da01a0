"""Usage records for tests, and what they came to."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from itertools import count
from uuid import UUID

from accounts.companies.models import Company
from billing.ledger.queries import balance
from billing.metering.actions import IngestResult, ingest
from billing.metering.models import Charge
from tests.factories import NOW

MB = 1024 * 1024
_numbers = count(1)


def record(
    subject: str, quantity: object = MB, *, at: datetime = NOW, name: str = "", **more: object
) -> dict[str, object]:
    """A record with an id of its own."""
    return {
        "id": name or f"record-{next(_numbers)}",
        "subject": subject,
        "started_at": at.isoformat(),
        "quantity": quantity,
        **more,
    }


def send(
    *records: object, source: str = "tests", scope: UUID | None = None, at: datetime = NOW
) -> IngestResult:
    """Rate the records as one batch."""
    return ingest(records, source=source, scope=scope, at=at)


def counts(result: IngestResult) -> tuple[int, int, int, int]:
    """Accepted, duplicates, conflicts, rejected."""
    return result.accepted, result.duplicates, result.conflicts, len(result.rejected)


def amounts(subjects: Iterable[str] = ()) -> list[Decimal]:
    """The amounts charged, in order of arrival."""
    rows = Charge.objects.order_by("id")
    if subjects:
        rows = rows.filter(subject__in=list(subjects))
    return list(rows.values_list("amount", flat=True))


def money_of(company: Company) -> Decimal:
    """The balance of a company."""
    return balance(company).balance
