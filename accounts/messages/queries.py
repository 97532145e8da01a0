"""Who a message would reach, how far it has come, and what a person has not read."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypedDict
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from accounts.companies.models import Company
from accounts.messages.models import MessageCompany, MessageRead, MessageRecipient, StaffMessage
from accounts.messages.registry import end_user_sources
from accounts.notifications.models import Mail
from accounts.people.models import Member, Role

if TYPE_CHECKING:  # a development dependency
    from django_stubs_ext import WithAnnotations

CONTACT = "contact"


@dataclass(frozen=True)
class Audience:
    """The companies, and each address once with the company that it stands for."""

    companies: list[UUID]
    addresses: list[tuple[UUID, str]]


def audience(companies: QuerySet[Company], *, roles: Collection[str]) -> Audience:
    """Whom a message to these companies and roles reaches, in the order of the companies' ids."""
    contacts = dict(companies.order_by("pk").values_list("pk", "email"))
    found: dict[str, tuple[UUID, str]] = {}
    for company_id, address in _addresses(contacts, roles):
        if address and not address.endswith(".invalid"):
            found.setdefault(address.lower(), (company_id, address))
    return Audience(list(contacts), list(found.values()))


def _addresses(contacts: dict[UUID, str], roles: Collection[str]) -> Iterator[tuple[UUID, str]]:
    if CONTACT in roles:
        yield from contacts.items()
    members = Member.objects.filter(
        company__in=list(contacts), role__in=list(roles), user__is_active=True
    )
    yield from members.order_by("company", "id").values_list("company_id", "user__email")
    if Role.END_USER in roles:
        for source in end_user_sources:
            yield from source(list(contacts))


@dataclass(frozen=True)
class Progress:
    """How many mails are made, sent and failed."""

    total: int
    queued: int
    sent: int
    failed: int

    @property
    def is_under_way(self) -> bool:
        return self.sent + self.failed < self.total

    @property
    def percent(self) -> int:
        return 100 * (self.sent + self.failed) // self.total if self.total else 100


def progress(message: StaffMessage) -> Progress:
    status = "mail__status"
    counted = message.recipients.aggregate(
        queued=Count("mail"),
        sent=Count("pk", filter=Q(**{status: Mail.Status.SENT})),
        failed=Count("pk", filter=Q(**{status: Mail.Status.FAILED})),
    )
    return Progress(total=message.recipient_count, **counted)


def with_outcomes(messages: QuerySet[StaffMessage]) -> QuerySet[StaffMessage]:
    """Adds `delivered` and `failed` to each message: how many mails ended so."""

    def ended(status: str) -> Subquery:
        found = MessageRecipient.objects.filter(message=OuterRef("pk"), mail__status=status)
        return Subquery(found.order_by().values("message").annotate(n=Count("pk")).values("n"))

    return messages.annotate(
        delivered=Coalesce(ended(Mail.Status.SENT), 0),
        failed=Coalesce(ended(Mail.Status.FAILED), 0),
    )


def failed_recipients(message: StaffMessage) -> QuerySet[MessageRecipient]:
    """Whose mail could not be delivered, with the mail that says why."""
    failed = message.recipients.filter(mail__status=Mail.Status.FAILED)
    return failed.select_related("mail", "company").order_by("id")


def waiting_recipients() -> QuerySet[MessageRecipient]:
    """Addresses whose mail is not made yet, the longest waiting first."""
    waiting = MessageRecipient.objects.filter(mail=None).order_by("id")
    return waiting.select_related("message", "company")


class _Read(TypedDict):
    is_read: bool


def messages_to(member: Member) -> QuerySet[WithAnnotations[StaffMessage, _Read]]:
    """What the member may read in the portal, newest first; `is_read` says whether it has.

    A message to the company's own address is its owner's to read.
    """
    role = Q(roles__contains=[member.role])
    if member.role == Role.OWNER:
        role |= Q(roles__contains=[CONTACT])
    to_company = MessageCompany.objects.filter(message=OuterRef("pk"), company=member.company_id)
    read = MessageRead.objects.filter(message=OuterRef("pk"), user=member.user_id)
    found = StaffMessage.objects.filter(role, Exists(to_company))
    return found.annotate(is_read=Exists(read)).order_by("-created_at", "-id")


def unread_messages(member: Member) -> QuerySet[WithAnnotations[StaffMessage, _Read]]:
    return messages_to(member).filter(is_read=False)
