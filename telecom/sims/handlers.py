"""What SIMs do when something happens in billing."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from accounts.events.models import Event
from accounts.events.registry import on
from telecom.sims.actions.service import first_use, follow_services
from telecom.sims.dispatch import hurry_operations


@on("subscription.first_usage")
def wake_at_first_usage(event: Event, *, at: datetime) -> None:
    used_at = datetime.fromisoformat(event.data["at"])
    first_use(UUID(event.data["subscription"]), used_at=used_at, at=at)


@on("services.stopped", "services.restored")
def follow(event: Event, *, at: datetime) -> None:
    """Lines stop and come back with the services that draw on them."""
    if event.company_id is not None:
        follow_services(event.company_id, at=at)
        hurry_operations()
