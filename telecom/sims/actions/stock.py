"""SIMs come into stock, and leave for good."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, transaction

from accounts.audit.actions import record
from billing.subscriptions.actions import cancel
from telecom.operators.actions import ask
from telecom.operators.models import Operator, OperatorJob
from telecom.operators.queries import adapter_of
from telecom.sims.actions.states import change_status
from telecom.sims.calc import has_valid_check_digit
from telecom.sims.exceptions import IccidTaken, InvalidIccid
from telecom.sims.models import Sim, StatusChange
from telecom.sims.queries import lock_sim


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
        sim.status = Sim.Status.PENDING
        sim.status_reason = "Being set up at the operator"
        sim.save(update_fields=["status", "status_reason"])
        ask(operator, line=iccid, action=OperatorJob.Action.PROVISION, by=by, at=at)
    StatusChange.objects.create(
        sim=sim, at=at, after=sim.status, reason=sim.status_reason or "Added to stock", by=by
    )
    return sim


@transaction.atomic
def archive_sim(iccid: str, *, reason: str, by: str, at: datetime) -> Sim:
    """End a SIM for good: its subscription ends and the line is terminated."""
    sim = lock_sim(iccid)
    if sim.subscription is not None and sim.subscription.ends_at is None:
        cancel(sim.subscription, at=at, by=by, now=at)
    change_status(sim, Sim.Status.ARCHIVED, reason=reason, by=by, at=at)
    ask(sim.operator, line=iccid, action=OperatorJob.Action.TERMINATE, by=by, at=at)
    return sim
