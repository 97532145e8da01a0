"""The job that keeps the other systems in step."""

from __future__ import annotations

from datetime import datetime

from billing.integrations.actions import carry_out, claim_work, is_paused, record_outcome
from billing.integrations.incoming import read_payments
from billing.integrations.models import System
from billing.integrations.registry import systems_on

MOST_AT_ONCE = 200


def sync_systems(*, at: datetime) -> int:
    """Send what is due and read what was paid there; returns how many things were done.

    A system that does not answer is left alone until its pause is over; the others go on.
    """
    return sum(_sync(system, at=at) for system in systems_on(at=at))


def _sync(system: System, *, at: datetime) -> int:
    tried = 0
    while tried < MOST_AT_ONCE and not is_paused(system, at=at):
        work = claim_work(system, at=at)
        if work is None:
            break
        record_outcome(work, carry_out(work), at=at)
        tried += 1
    return tried if is_paused(system, at=at) else tried + read_payments(system, at=at)
