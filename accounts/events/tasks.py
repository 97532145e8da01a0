"""The outbox's job: positions, then handlers, until nothing is left to do at `at`."""

from __future__ import annotations

from datetime import datetime

from accounts.events.actions import publish_positions
from accounts.events.handling import handle_next


def dispatch_outbox(*, at: datetime) -> int:
    """Publish what was committed and run the handlers that are due; returns how many did.

    Handlers may publish events themselves: the job goes on until both queues are empty. Safe
    to run many times at once.
    """
    done = 0
    while (step := publish_positions(at=at) + _handled(at=at)) > 0:
        done += step
    return done


def _handled(*, at: datetime) -> int:
    count = 0
    while handle_next(at=at):
        count += 1
    return count
