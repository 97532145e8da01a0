"""What recharges do after the fact. Handlers look at what is so now, not at what the event says."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from accounts.events.models import Event
from accounts.events.registry import on
from billing.recharges.actions.rules import resume_rule
from billing.recharges.mails import (
    mail_exhaustion,
    mail_failure,
    mail_restart,
    mail_stop,
    mail_success,
    mail_threshold,
)
from billing.recharges.models import Recharge


@on("account.threshold_reached")
def tell_threshold(event: Event, *, at: datetime) -> None:
    if event.company is not None:
        mail_threshold(event.company, event, at=at)


@on("recharge.succeeded")
def tell_success(event: Event, *, at: datetime) -> None:
    mail_success(_recharge(event), at=at)


@on("recharge.failed")
def tell_failure(event: Event, *, at: datetime) -> None:
    """Who paid by hand saw it at once; who has paid since needs no mail."""
    recharge = _recharge(event)
    if recharge.status == Recharge.Status.RETRY_SCHEDULED:
        mail_failure(recharge, at=at)


@on("recharge.exhausted")
def tell_exhaustion(event: Event, *, at: datetime) -> None:
    recharge = _recharge(event)
    if recharge.status == Recharge.Status.EXHAUSTED:
        mail_exhaustion(recharge, at=at)


@on("account.exhausted")
def tell_stop(event: Event, *, at: datetime) -> None:
    if event.company is not None:
        mail_stop(event.company, event, at=at)


@on("account.restored")
def tell_restart(event: Event, *, at: datetime) -> None:
    if event.company is not None:
        mail_restart(event.company, event, at=at)


@on("payment_method.added")
def try_new_card(event: Event, *, at: datetime) -> None:
    """A recharge that waits for its retry, or a paused rule, goes on with the new card."""
    if event.company is not None:
        resume_rule(event.company, card_added_at=event.created_at, at=at)


def _recharge(event: Event) -> Recharge:
    return Recharge.objects.select_related("company").get(pk=UUID(event.data["recharge"]["id"]))
