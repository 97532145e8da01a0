"""After each event of a company, the systems that are on are told what they lack of it."""

from __future__ import annotations

from datetime import datetime

from accounts.events.models import Event
from accounts.events.registry import on
from billing.integrations.queue import bring_up_to_date
from billing.integrations.registry import systems_on


@on(
    "company.added",
    "company.updated",
    "company.suspended",
    "company.reactivated",
    "company.deleted",
    "invoice.issued",
    "invoice.paid",
    "invoice.voided",
    "invoice.written_off",
    "payment.completed",
    "payment.refunded",
    "dispute.opened",
    "dispute.closed",
    "adjustment.booked",
    "promotion.booked",
)
def tell_other_systems(event: Event, *, at: datetime) -> None:
    if event.company_id is not None:
        for system in systems_on(at=at):
            bring_up_to_date(event.company_id, system, at=at)
