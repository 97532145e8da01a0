"""Giving a SIM to a company on a plan."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts.audit.actions import record
from accounts.companies.models import Company
from accounts.people.models import User
from billing.catalog.models import BaseUnit, Plan
from billing.subscriptions.actions import cancel, subscribe
from telecom.operators.models import OperatorJob
from telecom.sims.actions.states import operate
from telecom.sims.exceptions import PlanNotForSims, SimCannotChange
from telecom.sims.models import Sim
from telecom.sims.queries import lock_sim

_READY, _SUSPENDED = Sim.Status.ACTIVATION_READY, Sim.Status.SUSPENDED
_NOBODY, _SYSTEM = Sim.SuspendedBy.NOBODY, Sim.SuspendedBy.SYSTEM


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
        operate(sim, action, target=_READY, reason="Assigned", by=by, at=at)


def _check_plan(plan: Plan, company: Company) -> None:
    if plan.meter.base_unit != BaseUnit.BYTE:
        raise PlanNotForSims(f"{plan.name} counts {plan.meter.title}, not data.")
    designated = plan.companies.all()
    if designated.exists() and not designated.filter(pk=company.pk).exists():
        raise PlanNotForSims(f"{plan.name} is not offered to {company.name}.")
