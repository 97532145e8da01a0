"""Rejects rated again after their cause was mended."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from itertools import groupby
from uuid import UUID

from django.db.models import QuerySet

from billing.metering.actions import IngestResult, ingest
from billing.metering.calc import source_label
from billing.metering.models import RejectCode, UsageReject

PAGE = 10_000


def replay(rejects: QuerySet[UsageReject], *, at: datetime) -> list[IngestResult]:
    """Send these rejects through the pipeline again, in order of their first arrival.

    Those that can be rated now are settled; the others stay, with their present reason. An
    invalid record stays as it is: it is kept in a readable form, not as it was sent, and nothing
    but a corrected record can mend it.
    """
    rows = rejects.exclude(code=RejectCode.INVALID_RECORD).order_by("source", "id")
    results: list[IngestResult] = []
    for (source, scope), group in groupby(rows.iterator(PAGE), key=_sender):
        result = ingest(_records(group), source=source, scope=scope, at=at)
        results.append(_counted_on(result, after=sum(each.received for each in results)))
    return results


def _counted_on(result: IngestResult, *, after: int) -> IngestResult:
    """Its records take their places behind those of the senders before."""
    rejected = [replace(part, index=part.index + after) for part in result.rejected]
    conflicting = [replace(part, index=part.index + after) for part in result.conflicting]
    return replace(result, rejected=rejected, conflicting=conflicting)


def _sender(reject: UsageReject) -> tuple[str, UUID | None]:
    return source_label(reject.source), reject.scope


def _records(rejects: Iterable[UsageReject]) -> Iterable[object]:
    return (reject.record for reject in rejects)
