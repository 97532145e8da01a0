"""What can be done to a SIM. Each act is one transaction; the network follows by operator jobs.

While an operation runs the SIM is Pending. `intended_status` is where it is going, or, for one
that is or becomes suspended, where it returns to. With a manual operator the status changes at
once and the open operator job reminds a person to do the same on the network.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from accounts.audit.actions import record
from accounts.companies.models import Company
from accounts.events.actions import publish
from accounts.people.models import User
from billing.catalog.models import BaseUnit, Plan
from billing.subscriptions.actions import cancel, subscribe
from billing.subscriptions.models import Subscription
from telecom.operators.actions import Outcome, Verdict, ask, record_outcome
from telecom.operators.models import Operator, OperatorJob
from telecom.operators.queries import adapter_of
from telecom.sims.calc import can_become, has_valid_check_digit
from telecom.sims.exceptions import (
    IccidTaken,
    InvalidIccid,
    PlanNotForSims,
    ServiceStopped,
    SimCannotChange,
    SimNotAssigned,
    SimSuspendedByPerson,
)
from telecom.sims.models import Sim, StatusChange
from telecom.sims.queries import lock_sim, out_of_step

_PENDING, _READY = Sim.Status.PENDING, Sim.Status.ACTIVATION_READY
_ACTIVE, _SUSPENDED = Sim.Status.ACTIVE, Sim.Status.SUSPENDED
_NOBODY, _SYSTEM = Sim.SuspendedBy.NOBODY, Sim.SuspendedBy.SYSTEM


@transaction.atomic
def create_sim(
    iccid: str,
    *,
    by: str,
    at: datetime,
    imsi: str = "",
    msisdn: str = "",
    eid: str = "",
    operator: Operator | None = None,
    labels: Sequence[str] = (),
) -> Sim:
    """Take a SIM into stock; with a networked operator its line is provisioned."""
    if not has_valid_check_digit(iccid):
        raise InvalidIccid(iccid)
    sim = Sim(
        iccid=iccid,
        imsi=imsi or None,
        msisdn=msisdn or None,
        eid=eid,
        operator=operator,
        labels=list(labels),
        status=Sim.Status.NOT_AVAILABLE,
        status_changed_at=at,
        created_at=at,
    )
    try:
        with transaction.atomic():
            sim.save(force_insert=True)
    except IntegrityError as error:
        raise IccidTaken(iccid) from error
    record(
        "sim.created", actor=by, at=at, target=iccid, after={"operator": operator and operator.key}
    )
    if adapter_of(operator).has_network:
        sim.status = _PENDING
        sim.status_reason = "Being set up at the operator"
        sim.save(update_fields=["status", "status_reason"])
        ask(operator, line=iccid, action=OperatorJob.Action.PROVISION, by=by, at=at)
    StatusChange.objects.create(
        sim=sim, at=at, after=sim.status, reason=sim.status_reason or "Added to stock", by=by
    )
    return sim


@transaction.atomic
def assign_sim(
    iccid: str,
    *,
    company: Company,
    plan: Plan,
    starts_at: datetime,
    by: str,
    at: datetime,
    end_user: User | None = None,
) -> Sim:
    """Give a SIM to a company on a plan from `starts_at`; an earlier assignment ends there."""
    sim = lock_sim(iccid)
    _check_plan(plan, company)
    if sim.status == Sim.Status.ARCHIVED:
        raise SimCannotChange(sim, _READY)
    if sim.subscription is not None and sim.subscription.ends_at is None:
        cancel(sim.subscription, at=starts_at, by=by, now=at)
    keys = [key for key in (sim.iccid, sim.imsi, sim.msisdn) if key]
    sim.subscription = subscribe(
        company, plan, subject=sim.iccid, keys=keys, at=starts_at, by=by, now=at
    )
    sim.company, sim.plan, sim.end_user = company, plan, end_user
    sim.save(update_fields=["subscription", "company", "plan", "end_user"])
    record(
        "sim.assigned", actor=by, at=at, company=company, target=iccid, after={"plan": plan.name}
    )
    _make_ready(sim, by=by, at=at)
    return sim


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
    _operate(sim, OperatorJob.Action.ACTIVATE, target=_ACTIVE, reason=reason, by=by, at=at)
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
    _operate(sim, OperatorJob.Action.SUSPEND, target=_SUSPENDED, reason=reason, by=by, at=at)
    return sim


@transaction.atomic
def archive_sim(iccid: str, *, reason: str, by: str, at: datetime) -> Sim:
    """End a SIM for good: its subscription ends and the line is terminated."""
    sim = lock_sim(iccid)
    if sim.subscription is not None and sim.subscription.ends_at is None:
        cancel(sim.subscription, at=at, by=by, now=at)
    _change_status(sim, Sim.Status.ARCHIVED, reason=reason, by=by, at=at)
    ask(sim.operator, line=iccid, action=OperatorJob.Action.TERMINATE, by=by, at=at)
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
    if sim.status == _READY:
        _change_status(sim, _ACTIVE, reason="First usage", by="system", at=at)
    elif sim.intended_status == _READY:
        sim.intended_status = _ACTIVE
        sim.save(update_fields=["intended_status"])


def follow_services(company_id: UUID, *, at: datetime) -> int:
    """Bring the SIMs of a company in step with its services: stopped or restored by the system."""
    steps = 0
    for iccid in out_of_step(company_id).values_list("iccid", flat=True):
        steps += _follow(iccid, at=at)
    return steps


@transaction.atomic
def settle_operation(job: OperatorJob, outcome: Outcome, *, at: datetime) -> None:
    """Write the outcome of an operator's operation and move the SIM on."""
    sim = lock_sim(job.line)
    if not record_outcome(job, outcome, at=at) or sim.status != _PENDING:
        return
    if outcome.verdict is Verdict.FAILED:
        _change_status(sim, Sim.Status.INVALID, reason=outcome.error, by="operator", at=at)
    elif outcome.verdict is Verdict.DONE:
        _go_on(sim, job, at=at)


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
        _operate(
            sim,
            OperatorJob.Action.ACTIVATE,
            target=target,
            reason="Service restored",
            by="system",
            at=at,
        )
        return 1
    return 0


def _make_ready(sim: Sim, *, by: str, at: datetime) -> None:
    """A newly assigned SIM waits for its first usage, unless a person had suspended it."""
    sim.first_usage_at = None
    sim.save(update_fields=["first_usage_at"])
    if sim.status == _SUSPENDED and sim.suspended_by != _SYSTEM:
        return
    sim.suspended_by = _NOBODY
    sim.save(update_fields=["suspended_by"])
    if sim.status != _READY:
        action = OperatorJob.Action.ACTIVATE
        _operate(sim, action, target=_READY, reason="Assigned", by=by, at=at)


def _operate(
    sim: Sim,
    action: OperatorJob.Action,
    *,
    target: Sim.Status,
    reason: str,
    by: str,
    at: datetime,
) -> None:
    """Ask the network, and show Pending until it has answered."""
    networked = adapter_of(sim.operator).has_network
    was_being_set_up = sim.status == _PENDING and sim.intended_status == ""
    if target != _SUSPENDED:
        sim.intended_status = target
    elif sim.status in {_ACTIVE, _READY}:
        sim.intended_status = sim.status
    sim.save(update_fields=["intended_status"])
    if not was_being_set_up:
        ask(sim.operator, line=sim.iccid, action=action, by=by, at=at)
    if not networked:
        _change_status(sim, target, reason=reason, by=by, at=at)
    elif sim.status == _PENDING:
        sim.status_reason = reason
        sim.save(update_fields=["status_reason"])
    else:
        _change_status(sim, _PENDING, reason=reason, by=by, at=at)


def _go_on(sim: Sim, job: OperatorJob, *, at: datetime) -> None:
    """After a confirmed operation: the intended status, or what was asked for during the set-up."""
    if job.action == OperatorJob.Action.SUSPEND:
        _change_status(sim, _SUSPENDED, reason=sim.status_reason, by=job.asked_by, at=at)
    elif not sim.intended_status:
        _change_status(sim, Sim.Status.BLANK, reason="Set up", by=job.asked_by, at=at)
    elif job.action == OperatorJob.Action.PROVISION:
        suspends = bool(sim.suspended_by)
        action = OperatorJob.Action.SUSPEND if suspends else OperatorJob.Action.ACTIVATE
        ask(sim.operator, line=sim.iccid, action=action, by=job.asked_by, at=at)
    else:
        after = Sim.Status(sim.intended_status)
        _change_status(sim, after, reason=sim.status_reason, by=job.asked_by, at=at)


def _change_status(sim: Sim, after: Sim.Status, *, reason: str, by: str, at: datetime) -> None:
    """One step of the transition table, with its reason, its timeline row and its event."""
    before = sim.status
    if not can_become(before, after):
        raise SimCannotChange(sim, after)
    sim.status, sim.status_reason, sim.status_changed_at = after, reason[:300], at
    sim.save(update_fields=["status", "status_reason", "status_changed_at"])
    StatusChange.objects.create(
        sim=sim, at=at, before=before, after=after, reason=reason[:300], by=by
    )
    publish(
        "sim_card.status.changed",
        company=sim.company,
        data={"iccid": sim.iccid, "before": before, "after": after, "reason": reason},
        at=at,
    )


def _check_plan(plan: Plan, company: Company) -> None:
    if plan.meter.base_unit != BaseUnit.BYTE:
        raise PlanNotForSims(f"{plan.name} counts {plan.meter.title}, not data.")
    designated = plan.companies.all()
    if designated.exists() and not designated.filter(pk=company.pk).exists():
        raise PlanNotForSims(f"{plan.name} is not offered to {company.name}.")
