"""Sending a message: whom is settled at once and once, the mails follow in batches."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.safestring import SafeString

from accounts.audit.actions import record
from accounts.companies.models import Company
from accounts.messages.calc import as_html
from accounts.messages.exceptions import KeyReused, NobodyToTell, RecipientsChanged
from accounts.messages.models import MessageCompany, MessageRead, MessageRecipient, StaffMessage
from accounts.messages.queries import Audience, audience, waiting_recipients
from accounts.notifications.actions import queue_mail
from accounts.people.models import User

BATCH = 100


@transaction.atomic
def send_message(
    companies: QuerySet[Company],
    *,
    subject: str,
    text: str,
    kind: str,
    query: str = "",
    roles: Collection[str],
    expected: int,
    key: str,
    by: str,
    at: datetime,
    address: str | None = None,
) -> StaffMessage:
    """Settle whom the message goes to; their mails are made by `queue_batch`.

    `kind` and `query` say how the companies were chosen, `expected` to how many addresses the
    sender saw it go. The same key gives the first message and sends nothing more. Raise
    NobodyToTell, RecipientsChanged, or KeyReused for the same key with other words.
    """
    found = audience(companies, roles=roles)
    message = StaffMessage(
        subject=subject,
        text=text,
        audience=kind,
        audience_query=query,
        roles=sorted(roles),
        company_count=len(found.companies),
        recipient_count=len(found.addresses),
        key=key,
        sent_by=by,
        created_at=at,
    )
    StaffMessage.objects.bulk_create([message], ignore_conflicts=True)
    kept = StaffMessage.objects.get(key=key)
    if kept.pk != message.pk:
        if (kept.subject, kept.text) != (subject, text):
            raise KeyReused
        return kept
    if not found.addresses:
        raise NobodyToTell
    if len(found.addresses) != expected:
        raise RecipientsChanged(expected=expected, found=len(found.addresses))
    _address(kept, found)
    record(
        "message.sent",
        actor=by,
        at=at,
        target=f"staff_message:{kept.pk}",
        after={
            "subject": subject,
            "companies": len(found.companies),
            "recipients": len(found.addresses),
        },
        address=address,
    )
    return kept


def _address(message: StaffMessage, found: Audience) -> None:
    MessageCompany.objects.bulk_create(
        (MessageCompany(message=message, company_id=company) for company in found.companies),
        batch_size=5000,
    )
    MessageRecipient.objects.bulk_create(
        (
            MessageRecipient(message=message, company_id=company, address=address)
            for company, address in found.addresses
        ),
        batch_size=5000,
    )


@transaction.atomic
def queue_batch(*, at: datetime) -> int:
    """Put the mails of the next hundred addresses into the queue; returns how many.

    Two workers take different ones; one that dies in between has made none of its batch.
    """
    batch = list(waiting_recipients().select_for_update(skip_locked=True, of=("self",))[:BATCH])
    for recipient in batch:
        message = recipient.message
        [recipient.mail] = queue_mail(
            "staff_message",
            company=recipient.company,
            to=[recipient.address],
            once=f"message:{message.pk}",
            context=mail_context(subject=message.subject, text=message.text),
            at=at,
        )
    MessageRecipient.objects.bulk_update(batch, ["mail"])
    return len(batch)


def mail_context(*, subject: str, text: str) -> dict[str, object]:
    """What the mail's templates need."""
    return {"message_subject": subject, "text": text, "body": SafeString(as_html(text))}


def close_queued(*, at: datetime) -> int:
    """Note of each message when the last of its mails was made."""
    waiting = MessageRecipient.objects.filter(message=OuterRef("pk"), mail=None)
    return StaffMessage.objects.filter(~Exists(waiting), queued_at=None).update(queued_at=at)


def mark_read(message: StaffMessage, *, by: User, at: datetime) -> None:
    """From the first time on it is read."""
    MessageRead.objects.bulk_create(
        [MessageRead(message=message, user=by, read_at=at)], ignore_conflicts=True
    )
