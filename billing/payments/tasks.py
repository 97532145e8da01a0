"""The jobs of payments: finish what a crash left, act on webhooks that could not be acted on."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from django.db.models import QuerySet

from billing.payments.actions.charging import reconcile, withdraw_payment
from billing.payments.actions.refunds import reconcile_refund
from billing.payments.actions.sweeping import claim_unanswered_payment, claim_unanswered_refund
from billing.payments.actions.webhooks import GIVE_UP_AFTER, apply_gateway_event, give_up_on_event
from billing.payments.exceptions import GatewayRefused, GatewayUnavailable
from billing.payments.mails import mail_expiry
from billing.payments.models import GatewayEvent, Payment, Refund
from billing.payments.queries import expiring_cards, waiting_events

log = logging.getLogger(__name__)

Intent = TypeVar("Intent", Payment, Refund)


def sweep_intents(*, at: datetime) -> int:
    """Finish payments and refunds whose outcome is not known; returns how many got one."""
    payments = _sweep(lambda: claim_unanswered_payment(at=at), lambda p: reconcile(p, at=at))
    return payments + _sweep(claim_unanswered_refund, lambda r: reconcile_refund(r, at=at))


def warn_of_expiring_cards(*, at: datetime) -> int:
    """Tell the owners of cards in use that are about to expire, once each; returns how many."""
    return sum(mail_expiry(card, at=at) for card in expiring_cards(at=at))


def handle_gateway_events(*, at: datetime) -> int:
    """Act on webhooks that were stored and not acted on; returns how many were."""
    done = 0
    for event in waiting_events():
        if event.attempts >= GIVE_UP_AFTER:
            give_up_on_event(event, at=at)
        elif apply_gateway_event(event, at=at).status == GatewayEvent.Status.WAITING:
            continue
        done += 1
    return done


def withdraw_all(payments: QuerySet[Payment], *, at: datetime) -> int:
    """Take back payments that nobody needs to confirm any more; returns how many."""
    withdrawn = 0
    for payment in payments.select_related("company", "payment_method"):
        try:
            withdraw_payment(payment, at=at)
        except (GatewayUnavailable, GatewayRefused) as problem:
            log.warning("payment %s is not withdrawn: %s", payment.pk, problem)
            continue
        withdrawn += 1
    return withdrawn


def _sweep(claim: Callable[[], Intent | None], finish: Callable[[Intent], Intent]) -> int:
    """Claim and finish until none is left that was not tried in this run."""
    settled, tried = 0, set()
    while (intent := claim()) is not None and intent.pk not in tried:
        tried.add(intent.pk)
        before = intent.status
        try:
            settled += finish(intent).status != before
        except (GatewayUnavailable, GatewayRefused) as problem:
            log.warning(
                "%s %s is still without an answer: %s", type(intent).__name__, intent.pk, problem
            )
    return settled
