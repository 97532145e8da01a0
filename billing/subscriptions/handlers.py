"""What services do when money comes in, or an account is suspended."""

from __future__ import annotations

from datetime import datetime

from accounts.events.models import Event
from accounts.events.registry import on
from billing.subscriptions.services import restore_services, stop_of_suspended


@on("payment.completed", "company.reactivated")
def restore(event: Event, *, at: datetime) -> None:
    if event.company is not None:
        restore_services(event.company, at=at)


@on("company.suspended")
def stop(event: Event, *, at: datetime) -> None:
    if event.company is not None:
        stop_of_suspended(event.company, at=at)
