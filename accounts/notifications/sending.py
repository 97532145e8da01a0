"""Handing mails to the mail server: claim, send, record; nothing is sent inside a transaction."""

from __future__ import annotations

import logging
import smtplib
from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction

from accounts.notifications.models import STRUCK_OUT, Mail
from accounts.notifications.queries import due_mails

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=10)
RETRY_AFTER = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=6),
    timedelta(hours=24),
)
PERMANENT_FAILURE_FROM = 500


@transaction.atomic
def claim_mail(*, at: datetime) -> Mail | None:
    """The next due mail, ours for ten minutes: a sender that dies in between loses no mail."""
    mail = due_mails(at=at).select_for_update(skip_locked=True).first()
    if mail is None:
        return None
    mail.attempts += 1
    mail.next_attempt_at = at + LEASE
    mail.save(update_fields=["attempts", "next_attempt_at"])
    return mail


def send_mail(mail: Mail, *, at: datetime) -> None:
    """Send a claimed mail and keep what became of it."""
    try:
        _message(mail).send()
    except smtplib.SMTPRecipientsRefused as error:
        _, (code, answer) = next(iter(error.recipients.items()))
        refusal = f"{code} {answer.decode(errors='replace')}"
        _failed(mail, refusal, is_final=code >= PERMANENT_FAILURE_FROM, at=at)
    except (smtplib.SMTPException, OSError) as error:
        _failed(mail, f"{type(error).__name__}: {error}", is_final=False, at=at)
    except ValueError as error:
        _failed(mail, f"The mail cannot be written: {error}", is_final=True, at=at)
    else:
        mail.status, mail.sent_at, mail.error = Mail.Status.SENT, at, ""
        _strike_out_secret(mail)
        mail.save(update_fields=["status", "sent_at", "error", "text", "html", "secret"])


def _message(mail: Mail) -> EmailMultiAlternatives:
    """The same Message-ID at every attempt, so that a repeated one can be recognised."""
    domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].strip(" >")
    message = EmailMultiAlternatives(
        subject=mail.subject,
        body=mail.text,
        to=[mail.to],
        headers={"Message-ID": f"<{mail.pk}@{domain}>", "Auto-Submitted": "auto-generated"},
    )
    message.attach_alternative(mail.html, "text/html")
    for file in mail.attachments.order_by("id"):
        message.attach(file.filename, bytes(file.content), file.content_type)
    return message


def _failed(mail: Mail, error: str, *, is_final: bool, at: datetime) -> None:
    log.warning("mail %s was not sent: %s", mail.pk, error)
    mail.error = error.replace("\x00", "")[:2000]
    if is_final or mail.attempts > len(RETRY_AFTER):
        mail.status = Mail.Status.FAILED
        _strike_out_secret(mail)
    else:
        mail.next_attempt_at = at + RETRY_AFTER[mail.attempts - 1]
    mail.save(update_fields=["status", "error", "next_attempt_at", "text", "html", "secret"])


def _strike_out_secret(mail: Mail) -> None:
    if mail.secret and not settings.SANDBOX:
        mail.text = mail.text.replace(mail.secret, STRUCK_OUT)
        mail.html = mail.html.replace(mail.secret, STRUCK_OUT)
        mail.secret = ""
