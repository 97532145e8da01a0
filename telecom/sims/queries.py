"""Reads about SIMs."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

from django.db.models import QuerySet

from billing.subscriptions.models import Allowance, Subscription
from telecom.sims.models import Sim

BYTES_PER_MB = 1024 * 1024


def lock_sim(iccid: str) -> Sim:
    """The SIM, locked for this transaction. Raises `Sim.DoesNotExist`."""
    return Sim.objects.select_for_update(no_key=True).get(iccid=iccid)


def sims_in_list() -> QuerySet[Sim]:
    """SIMs with what a list shows of them, in a constant number of queries."""
    return Sim.objects.select_related("company", "plan", "operator", "subscription", "end_user")


def out_of_step(company_id: UUID) -> QuerySet[Sim]:
    """SIMs of a company whose line does not yet follow its service, stopped or restored."""
    sims = Sim.objects.filter(company_id=company_id, subscription__isnull=False)
    to_stop = sims.filter(
        subscription__status=Subscription.Status.STOPPED,
        status__in=[Sim.Status.ACTIVE, Sim.Status.ACTIVATION_READY, Sim.Status.PENDING],
        suspended_by="",
    )
    to_wake = sims.filter(
        subscription__status=Subscription.Status.ACTIVE, suspended_by="system"
    ).filter(status__in=[Sim.Status.SUSPENDED, Sim.Status.PENDING])
    return (to_stop | to_wake).order_by("pk")


def data_left_mb(sim: Sim) -> int | None:
    """Whole MB left of the included data of the open period; None when nothing is included."""
    if sim.subscription_id is None:
        return None
    allowance = (
        Allowance.objects.filter(subscription_id=sim.subscription_id, included__gt=0)
        .order_by("-period__starts_at")
        .first()
    )
    if allowance is None:
        return None
    return int(max(allowance.included - allowance.used, Decimal(0))) // BYTES_PER_MB
