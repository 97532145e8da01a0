"""Fetching usage from an operator, page by page.

A page is rated and committed before the cursor moves on. Whoever dies in between fetches the
page again, and finds its records rated: the record's id at the operator is its identity.
"""

from __future__ import annotations

from datetime import datetime

from billing.metering.actions import ingest
from telecom.operators.adapters.base import (
    Adapter,
    OperatorRefused,
    OperatorUnreachable,
    OperatorUsage,
)
from telecom.operators.models import Operator
from telecom.operators.queries import adapter_of

PAGE = 5000


def fetch_usage(operator: Operator, *, at: datetime) -> int:
    """Fetch and rate what is new at the operator. Returns how many records were seen.

    Trouble with the operator is kept on its row (`usage_error`) and ends this fetch only.
    """
    adapter, seen = adapter_of(operator), 0
    try:
        while True:
            records, has_more = _fetch_page(adapter, operator, at=at)
            seen += records
            if not has_more:
                break
    except (OperatorUnreachable, OperatorRefused) as error:
        Operator.objects.filter(pk=operator.pk).update(usage_error=str(error))
    return seen


def _fetch_page(adapter: Adapter, operator: Operator, *, at: datetime) -> tuple[int, bool]:
    page = adapter.fetch_usage(operator.usage_cursor, limit=PAGE)
    records = [_as_record(usage) for usage in page.records]
    if records:
        ingest(records, source=f"operator:{operator.key}", scope=None, at=at)
    operator.usage_cursor, operator.usage_fetched_at, operator.usage_error = page.cursor, at, ""
    operator.save(update_fields=["usage_cursor", "usage_fetched_at", "usage_error"])
    return len(records), page.more


def _as_record(usage: OperatorUsage) -> dict[str, object]:
    """The record as `POST usage/` would say it."""
    record: dict[str, object] = {
        "id": usage.id,
        "subject": usage.iccid,
        "started_at": usage.started_at.isoformat(),
        "quantity": usage.bytes,
    }
    if usage.plmn:
        record["plmn"] = usage.plmn
    if usage.session:
        record["session"] = usage.session
    return record
