"""What pays an invoice without a payment (a credit note, an adjustment) wakes the account too."""

from __future__ import annotations

from datetime import datetime

from accounts.events.models import Event
from accounts.events.registry import on
from billing.dunning.actions import revive_company


@on("invoice.paid", "invoice.voided")
def wake_when_nothing_is_overdue(event: Event, *, at: datetime) -> None:
    if event.company_id is not None:
        revive_company(event.company_id, at=at)
