"""Acquiring and releasing instances and addresses. Each is a subscription of its own."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction
from uuid_utils.compat import uuid7

from accounts.audit.actions import record
from accounts.companies.models import Company
from accounts.companies.queries import lock_company
from billing.catalog.models import Plan
from billing.profiles.queries import profile_of
from billing.subscriptions.actions import cancel, subscribe
from billing.subscriptions.models import Subscription
from telecom.network.calc import AddressKind, first_hour_of, full_hour_from
from telecom.network.exceptions import (
    CompanyNotActive,
    DefaultAddressTaken,
    InstanceRequired,
    OfferingCurrency,
    OfferingWithdrawn,
    UnknownInstance,
)
from telecom.network.exchange import exchange_for, is_payable, required_address_price
from telecom.network.models import Address, Instance, Offering, Resource
from telecom.network.queries import held, instances, lock_address, lock_instance

_OF_THE_INSTANCE = (AddressKind.DEFAULT.value, AddressKind.SECONDARY.value)
_NAMED_BY = 12


@transaction.atomic
def create_instance(
    company: Company,
    offering: Offering,
    *,
    name: str,
    by: str,
    at: datetime,
) -> Instance:
    """Run an instance from now on. Addresses are acquired by themselves."""
    company = _lock_active(company)
    currency = profile_of(company.pk).currency
    if not offering.is_on_offer:
        raise OfferingWithdrawn(offering)
    if not is_payable(company, offering.currency, at=at):
        raise OfferingCurrency(offering, currency)
    exchange_for(company, offering.currency, at=at)
    pk = uuid7()
    instance = Instance.objects.create(
        id=pk,
        company=company,
        name=name,
        offering=offering,
        subscription=_subscribe(company, offering.version.plan, "vm", pk, by=by, at=at),
        held_from=at,
        next_hour_at=full_hour_from(at),
    )
    after = {"name": name, "offering": offering.name}
    _record("instance.created", instance, by=by, at=at, after=after)
    return instance


@transaction.atomic
def acquire_address(
    company: Company,
    *,
    kind: AddressKind,
    by: str,
    at: datetime,
    instance: Instance | None = None,
) -> Address:
    """Hold an address from now on. Default and secondary ones belong to an instance."""
    company = _lock_active(company)
    price = required_address_price(company, at=at)
    exchange_for(company, price.currency, at=at)
    _check_instance(kind, instance, company)
    pk = uuid7()
    address = Address.objects.create(
        id=pk,
        company=company,
        kind=kind.value,
        instance=instance,
        subscription=_subscribe(company, price.version.plan, "ip", pk, by=by, at=at),
        held_from=at,
        next_hour_at=full_hour_from(at),
    )
    after = {"kind": kind.value, "instance": instance and instance.name}
    _record("address.acquired", address, by=by, at=at, after=after)
    return address


@transaction.atomic
def release_instance(instance_id: UUID, *, by: str, at: datetime) -> Instance:
    """Give an instance back, and with it its default and secondary addresses. Additional ones
    stay with the company. Done twice it comes to the same."""
    lock_company(Instance.objects.values_list("company", flat=True).get(pk=instance_id))
    instance = lock_instance(instance_id)
    if instance.released_at is None:
        _release(instance, by=by, at=at)
        _record("instance.released", instance, by=by, at=at)
        for address in held(instance.addresses.all()).order_by("pk"):
            if address.kind in _OF_THE_INSTANCE:
                release_address(address.pk, by=by, at=at)
            else:
                Address.objects.filter(pk=address.pk).update(instance=None)
    return instance


@transaction.atomic
def release_address(address_id: UUID, *, by: str, at: datetime) -> Address:
    """Give an address back. Done twice it comes to the same."""
    lock_company(Address.objects.values_list("company", flat=True).get(pk=address_id))
    address = lock_address(address_id)
    if address.released_at is None:
        _release(address, by=by, at=at)
        _record("address.released", address, by=by, at=at)
    return address


@transaction.atomic
def release_everything(company: Company, *, by: str, at: datetime) -> None:
    """Give back all that a company holds by the hour."""
    company = lock_company(company.pk)
    for pk in held(company.instance_set.all()).order_by("pk").values_list("pk", flat=True):
        release_instance(pk, by=by, at=at)
    for pk in held(company.address_set.all()).order_by("pk").values_list("pk", flat=True):
        release_address(pk, by=by, at=at)


def _lock_active(company: Company) -> Company:
    company = lock_company(company.pk)
    if company.status != Company.Status.ACTIVE:
        raise CompanyNotActive(company)
    return company


def _check_instance(kind: AddressKind, instance: Instance | None, company: Company) -> None:
    if instance is None:
        if kind is not AddressKind.ADDITIONAL:
            raise InstanceRequired(kind.value)
        return
    found = held(instances()).filter(pk=instance.pk, company=company).first()
    if found is None:
        raise UnknownInstance
    taken = held(found.addresses.filter(kind=AddressKind.DEFAULT.value))
    if kind is AddressKind.DEFAULT and taken.exists():
        raise DefaultAddressTaken(found)


def _subscribe(
    company: Company, plan: Plan, prefix: str, pk: UUID, *, by: str, at: datetime
) -> Subscription:
    """Under a short name, and under the id."""
    subject = f"{prefix}-{pk.hex[-_NAMED_BY:]}"
    return subscribe(company, plan, subject=subject, keys=[str(pk)], at=at, by=by, now=at)


def _release(resource: Resource, *, by: str, at: datetime) -> None:
    """End the subscription, unless something else has ended it; what was gone before its first
    full hour counts one all the same."""
    subscription = resource.subscription
    resource.released_at = min(at, subscription.ends_at or at)
    if resource.next_hour_at == full_hour_from(resource.held_from):
        resource.next_hour_at = first_hour_of(resource.held_from, released_at=resource.released_at)
    resource.save(update_fields=["released_at", "next_hour_at"])
    if subscription.ends_at is None:
        cancel(subscription, at=at, by=by, now=at)


def _record(
    action: str,
    resource: Resource,
    *,
    by: str,
    at: datetime,
    after: Mapping[str, object] | None = None,
) -> None:
    target = f"{action.partition('.')[0]}:{resource.pk}"
    record(action, actor=by, at=at, company=resource.company, target=target, after=after)
