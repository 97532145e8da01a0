"""Into service and out of it: by hand, by first use, and with the services of the company."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts.events.actions import publish
from billing.subscriptions.models import Subscription
from telecom.operators.models import OperatorJob
from telecom.sims.actions.states import change_status, operate
from telecom.sims.exceptions import ServiceStopped, SimNotAssigned, SimSuspendedByPerson
from telecom.sims.models import Sim
from telecom.sims.queries import lock_sim, out_of_step

_PENDING, _READY = Sim.Status.PENDING, Sim.Status.ACTIVATION_READY
_ACTIVE, _SUSPENDED = Sim.Status.ACTIVE, Sim.Status.SUSPENDED
_NOBODY, _SYSTEM = Sim.SuspendedBy.NOBODY, Sim.SuspendedBy.SYSTEM


@transaction.atomic
def activate_sim(
    iccid: str, *, reason: str, by: str, at: datetime, by_customer: bool = False
) -> Sim:
    """Put a SIM into service by hand. A customer cannot wake what the provider suspended."""
    sim = lock_sim(iccid)
    if sim.subscription is None:
        raise SimNotAssigned(sim)
    if sim.subscription.status == Subscription.Status.STOPPED:
        raise ServiceStopped(sim)
    if by_customer and sim.suspended_by == Sim.SuspendedBy.PROVIDER:
        raise SimSuspendedByPerson(sim)
    is_wanted = sim.intended_status == _ACTIVE and not sim.suspended_by
    if sim.status == _ACTIVE or (sim.status == _PENDING and is_wanted):
        return sim
    sim.suspended_by = _NOBODY
    sim.save(update_fields=["suspended_by"])
    operate(sim, OperatorJob.Action.ACTIVATE, target=_ACTIVE, reason=reason, by=by, at=at)
    return sim


@transaction.atomic
def suspend_sim(
    iccid: str,
    *,
    reason: str,
    by: str,
    at: datetime,
    suspended_by: Sim.SuspendedBy,
) -> Sim:
    """Take a SIM out of service; who did it decides who may bring it back.

    What the provider suspended stays the provider's: nobody else takes that over.
    """
    sim = lock_sim(iccid)
    if sim.subscription is None:
        raise SimNotAssigned(sim)
    if sim.suspended_by == Sim.SuspendedBy.PROVIDER and suspended_by != Sim.SuspendedBy.PROVIDER:
        return sim
    if sim.status == _SUSPENDED and suspended_by == _SYSTEM:
        return sim
    if sim.status == _SUSPENDED:
        sim.suspended_by = suspended_by
        sim.status_reason = reason
        sim.save(update_fields=["suspended_by", "status_reason"])
        return sim
    sim.suspended_by = suspended_by
    sim.save(update_fields=["suspended_by"])
    operate(sim, OperatorJob.Action.SUSPEND, target=_SUSPENDED, reason=reason, by=by, at=at)
    return sim


@transaction.atomic
def first_use(subscription_id: UUID, *, used_at: datetime, at: datetime) -> None:
    """The first usage of a SIM's subscription makes it active."""
    sim = Sim.objects.select_for_update(no_key=True).filter(subscription_id=subscription_id).first()
    if sim is None or sim.first_usage_at is not None:
        return
    sim.first_usage_at = used_at
    sim.save(update_fields=["first_usage_at"])
    publish(
        "sim_card.first_usage",
        company=sim.company,
        data={"iccid": sim.iccid, "used_at": used_at.isoformat()},
        at=at,
    )
    if sim.intended_status == _READY:
        sim.intended_status = _ACTIVE
        sim.save(update_fields=["intended_status"])
    if sim.status == _READY:
        change_status(sim, _ACTIVE, reason="First usage", by="system", at=at)


def follow_services(company_id: UUID, *, at: datetime) -> int:
    """Bring the SIMs of a company in step with its services: stopped or restored by the system."""
    steps = 0
    for iccid in out_of_step(company_id).values_list("iccid", flat=True):
        steps += _follow(iccid, at=at)
    return steps


@transaction.atomic
def _follow(iccid: str, *, at: datetime) -> int:
    sim = lock_sim(iccid)
    subscription = sim.subscription
    if subscription is None:
        return 0
    if subscription.status == Subscription.Status.STOPPED and sim.suspended_by == "":
        reason = subscription.status_reason or "Service stopped"
        suspend_sim(iccid, reason=reason, by="system", at=at, suspended_by=_SYSTEM)
        return 1
    if subscription.status == Subscription.Status.ACTIVE and sim.suspended_by == _SYSTEM:
        target = Sim.Status(sim.intended_status)
        sim.suspended_by = _NOBODY
        sim.save(update_fields=["suspended_by"])
        operate(
            sim,
            OperatorJob.Action.ACTIVATE,
            target=target,
            reason="Service restored",
            by="system",
            at=at,
        )
        return 1
    return 0
