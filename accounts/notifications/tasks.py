"""The mail queue's job."""

from __future__ import annotations

from datetime import datetime

from accounts.notifications.sending import claim_mail, send_mail


def send_mails(*, at: datetime) -> int:
    """Send every mail that is due at `at`, one by one; returns how many were tried.

    Safe to run many times at once: each mail is claimed by one sender.
    """
    tried = 0
    while (mail := claim_mail(at=at)) is not None:
        send_mail(mail, at=at)
        tried += 1
    return tried
