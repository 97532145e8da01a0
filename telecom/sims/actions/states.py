"""A SIM goes from one status to the next; the network follows by operator jobs.

While an operation runs the SIM is Pending. `intended_status` is where it is going, or, for one
that is or becomes suspended, where it returns to. With a manual operator the status changes at
once and the open operator job reminds a person to do the same on the network.
The caller holds the SIM.
"""

from __future__ import annotations

from datetime import datetime

from accounts.events.actions import publish
from telecom.operators.actions import ask
from telecom.operators.models import OperatorJob
from telecom.operators.queries import adapter_of
from telecom.sims.calc import can_become
from telecom.sims.exceptions import SimCannotChange
from telecom.sims.models import Sim, StatusChange

_PENDING, _READY = Sim.Status.PENDING, Sim.Status.ACTIVATION_READY
_ACTIVE, _SUSPENDED = Sim.Status.ACTIVE, Sim.Status.SUSPENDED


def change_status(sim: Sim, after: Sim.Status, *, reason: str, by: str, at: datetime) -> None:
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


def operate(
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
        change_status(sim, target, reason=reason, by=by, at=at)
    elif sim.status == _PENDING:
        sim.status_reason = reason
        sim.save(update_fields=["status_reason"])
    else:
        change_status(sim, _PENDING, reason=reason, by=by, at=at)
