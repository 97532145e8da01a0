"""What SIMs do when something happens in billing."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from accounts.companies.models import Company
from accounts.events.models import Event
from accounts.events.registry import on
from billing.dunning.queries import are_resources_expired
from telecom.sims.actions.service import first_use, follow_services
from telecom.sims.actions.stock import archive_sim
from telecom.sims.dispatch import hurry_operations
from telecom.sims.models import Sim

UNPAID = "The account did not pay for too long"
CLOSED = "The account is closed"


@on("subscription.first_usage")
def wake_at_first_usage(event: Event, *, at: datetime) -> None:
    used_at = datetime.fromisoformat(event.data["at"])
    first_use(UUID(event.data["subscription"]), used_at=used_at, at=at)


@on("account.resources_expired")
def release_sims(event: Event, *, at: datetime) -> None:
    """The SIMs of an account that did not pay for too long end for good."""
    if event.company_id is None or not are_resources_expired(event.company_id, at=at):
        return
    held = Sim.objects.filter(company=event.company_id).exclude(status=Sim.Status.ARCHIVED)
    for iccid in held.order_by("pk").values_list("iccid", flat=True):
        archive_sim(iccid, reason=UNPAID, by="system", at=at)
    hurry_operations()


@on("services.stopped", "services.restored")
def follow(event: Event, *, at: datetime) -> None:
    """Lines stop and come back with the services that draw on them."""
    if event.company_id is not None:
        follow_services(event.company_id, at=at)
        hurry_operations()


@on("company.deleted")
def archive_with_company(event: Event, *, at: datetime) -> None:
    """The SIMs of a company that is closed end with it."""
    if event.company is None or event.company.status != Company.Status.CLOSED:
        return
    held = Sim.objects.filter(company=event.company_id).exclude(status=Sim.Status.ARCHIVED)
    for iccid in held.order_by("pk").values_list("iccid", flat=True):
        archive_sim(iccid, reason=CLOSED, by="system", at=at)
    hurry_operations()
