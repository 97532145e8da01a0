"""What instances and addresses do when something happens in billing."""

from __future__ import annotations

from datetime import datetime

from accounts.companies.models import Company
from accounts.events.models import Event
from accounts.events.registry import on
from billing.dunning.queries import are_resources_expired
from telecom.network.actions.following import follow_services
from telecom.network.actions.holding import release_address, release_everything, release_instance
from telecom.network.models import Address, Instance
from telecom.network.queries import held


@on("services.stopped", "services.restored")
def follow(event: Event, *, at: datetime) -> None:
    if event.company_id is not None:
        follow_services(event.company_id, since=event.created_at, at=at)


@on("account.resources_expired")
def release_what_is_unpaid(event: Event, *, at: datetime) -> None:
    """Instances and addresses of an account that did not pay for too long are given back."""
    if event.company_id is not None and are_resources_expired(event.company_id, at=at):
        release_everything(Company.objects.get(pk=event.company_id), by="system", at=at)


@on("subscription.expired")
def release_with_its_subscription(event: Event, *, at: datetime) -> None:
    """What something else has ended, such as the closing of an account, is not held any more."""
    subscription = event.data["id"]
    for instance in held(Instance.objects.filter(subscription=subscription)):
        release_instance(instance.pk, by="system", at=at)
    for address in held(Address.objects.filter(subscription=subscription)):
        release_address(address.pk, by="system", at=at)
