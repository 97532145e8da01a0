"""The job that pursues debts."""

from __future__ import annotations

from datetime import datetime

from billing.dunning.actions import pursue_invoice, revive_company
from billing.dunning.queries import invoices_to_pursue, settled_clocks, suspended_for_debt


def pursue_debts(*, at: datetime) -> int:
    """Take every step that has fallen due, and wake whom no debt suspends. Returns how many."""
    settled_clocks().delete()
    due = list(invoices_to_pursue(at=at).values_list("pk", flat=True))
    taken = sum(pursue_invoice(invoice, at=at) for invoice in due)
    asleep = list(suspended_for_debt().values_list("pk", flat=True))
    return taken + sum(revive_company(company, at=at) for company in asleep)
