"""The job that makes the mails of messages."""

from __future__ import annotations

from datetime import datetime

from accounts.messages.actions import close_queued, queue_batch


def queue_staff_messages(*, at: datetime) -> int:
    """Make every mail that waits to be made, a hundred in a transaction; returns how many."""
    made = 0
    while count := queue_batch(at=at):
        made += count
    close_queued(at=at)
    return made
