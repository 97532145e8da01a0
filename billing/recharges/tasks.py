"""The jobs of recharges: open those that are due, attempt those that are open."""

from __future__ import annotations

import logging
from datetime import datetime

from django.db import connection

from billing.payments.exceptions import GatewayRefused, GatewayUnavailable
from billing.payments.tasks import withdraw_all
from billing.recharges import opening
from billing.recharges.actions.attempts import attempt_recharge, claim_due_recharge
from billing.recharges.actions.openings import open_all_due
from billing.recharges.queries import stale_confirmations

log = logging.getLogger(__name__)


def open_due_recharges(*, at: datetime) -> int:
    """Open a recharge wherever the state asks for one; returns how many."""
    return open_all_due(at=at)


def attempt_recharges(*, at: datetime) -> int:
    """Attempt every recharge that is due; returns how many attempts were made."""
    made = 0
    while (recharge_id := claim_due_recharge(at=at)) is not None:
        try:
            attempt_recharge(recharge_id, at=at)
        except (GatewayUnavailable, GatewayRefused) as problem:
            log.warning("recharge %s waits for the gateway: %s", recharge_id, problem)
        made += 1
    return made


def withdraw_confirmations(*, at: datetime) -> int:
    """Take back payments that nobody needs to confirm any more; returns how many.

    Otherwise the link in an old mail would charge a card for a recharge that is done.
    """
    return withdraw_all(stale_confirmations(), at=at)


def next_recharge_due(after: datetime) -> datetime | None:
    """When a recharge is attempted next, or may be opened that a limit forbids now."""
    with connection.cursor() as cursor:
        cursor.execute(opening.NEXT_DUE, {"after": after})
        due: datetime | None = cursor.fetchone()[0]
    return due
