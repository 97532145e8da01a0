"""What new balances ask for. It looks at the state of things, not at what was crossed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from billing.ledger.execution import run
from billing.metering.statements.settling import AT_THE_FLOOR
from billing.recharges.actions.openings import open_due_for
from billing.subscriptions.services import stop_at_floor
from features.queries import value


def enforce(companies: Sequence[UUID], *, at: datetime) -> None:
    """Stop what runs at or below the floor, open recharges at or below the threshold.

    The caller holds the accounts of these companies locked, and has just charged them.
    """
    given = {
        "companies": list(companies),
        "excess_percent": value("excess_cost_percent", at=at),
    }
    stopped = run(AT_THE_FLOOR, given, rows=len(companies)).fetchall()
    if stopped:
        stop_at_floor([company_id for (company_id,) in stopped], at=at)
    open_due_for(companies, at=at)
