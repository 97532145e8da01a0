"""Mails: put into the queue with the fact they tell of, sent afterwards, sent again on request."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db import transaction
from django.utils import timezone, translation

from accounts.audit.actions import record
from accounts.companies.models import Company
from accounts.notifications.calc import each_once
from accounts.notifications.exceptions import MailHeldSecret, MailIsWaiting
from accounts.notifications.models import STRUCK_OUT, Mail, MailAttachment
from accounts.notifications.rendering import rendered
from accounts.people.languages import by_language


@dataclass(frozen=True)
class Attachment:
    """A file that goes with a mail."""

    filename: str
    content_type: str
    content: bytes


@transaction.atomic
def queue_mail(
    kind: str,
    *,
    company: Company | None,
    to: Iterable[str],
    once: str,
    context: Mapping[str, object],
    at: datetime,
    attachments: Sequence[Attachment] = (),
    secret: str = "",
) -> list[Mail]:
    """Put one mail for each address into the queue, inside the transaction of its fact.

    Renders `templates/mails/<kind>.subject.txt`, `.txt` and `.html` in the language of who reads
    it and the company's time zone, and freezes the text; what `context` says in words or figures
    is lazy, so that it is said in that language. `once` names the occasion
    ("recharge:<id>:failed:1"): for the same occasion and address a second call adds nothing and
    gives the first mail. `secret` is the part of the text (a link's token) that is struck out
    once it is sent.
    """
    mails = []
    for language, addresses in by_language(each_once(to), company).items():
        with _in_the_manner_of(company, language=language):
            subject, text, html = rendered(kind, company=company, context=context, at=at)
        for address in addresses:
            mail, is_new = Mail.objects.get_or_create(
                once=once,
                to__iexact=address,
                defaults={
                    "to": address,
                    "company": company,
                    "kind": kind,
                    "subject": subject,
                    "text": text,
                    "html": html,
                    "secret": secret,
                    "next_attempt_at": at,
                    "created_at": at,
                },
            )
            if is_new:
                _attach(mail, attachments)
            mails.append(mail)
    return mails


@transaction.atomic
def resend_mail(mail: Mail, *, by: str, at: datetime) -> Mail:
    """Send it again, as it was written. Refused while it still waits to be sent, and when it
    held a link for one use: the person asks for a new one."""
    mail = Mail.objects.select_for_update(no_key=True).get(pk=mail.pk)
    if mail.status == Mail.Status.WAITING:
        raise MailIsWaiting
    if STRUCK_OUT in mail.text:
        raise MailHeldSecret
    before = {"status": mail.status, "error": mail.error}
    mail.status, mail.attempts, mail.next_attempt_at = Mail.Status.WAITING, 0, at
    mail.save(update_fields=["status", "attempts", "next_attempt_at"])
    record(
        "mail.resent",
        actor=by,
        at=at,
        company=mail.company,
        target=f"mail:{mail.pk}",
        before=before,
    )
    return mail


def _attach(mail: Mail, attachments: Sequence[Attachment]) -> None:
    MailAttachment.objects.bulk_create(
        MailAttachment(
            mail=mail,
            filename=attachment.filename,
            content_type=attachment.content_type,
            content=attachment.content,
        )
        for attachment in attachments
    )


@contextmanager
def _in_the_manner_of(company: Company | None, *, language: str) -> Iterator[None]:
    """In a language, and in the company's time zone; in UTC when there is none."""
    zone = company.zone if company else UTC
    with translation.override(language), timezone.override(zone):
        yield
