"""The jobs that end a month."""

from __future__ import annotations

from datetime import datetime

from billing.invoicing.actions import close_period, issue_invoice
from billing.invoicing.closing import ensure_owing_periods
from billing.invoicing.queries import periods_to_close, periods_to_issue


def close_periods(*, at: datetime) -> int:
    """Close the periods whose grace hours are over. Returns how many."""
    ensure_owing_periods(at=at)
    due = list(periods_to_close(at=at).values_list("pk", flat=True))
    return sum(close_period(period_id, at=at) for period_id in due)


def issue_invoices(*, at: datetime) -> int:
    """Issue the documents of closed periods; a second run at once finds them issued."""
    due = periods_to_issue().values_list("pk", flat=True)
    return sum(issue_invoice(period, by="system", at=at) is not None for period in due)
