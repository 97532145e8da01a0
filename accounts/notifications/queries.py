"""Reads of mails, and who gets them."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Min, QuerySet

from accounts.companies.models import Company
from accounts.notifications.calc import each_once
from accounts.notifications.models import Mail
from accounts.people.models import Member, Role


def recipients(company: Company, *roles: Role) -> list[str]:
    """The company's own address and those of its members with these roles, each once."""
    members = Member.objects.filter(company=company, role__in=roles, user__is_active=True)
    return each_once([company.email, *members.values_list("user__email", flat=True)])


def due_mails(*, at: datetime) -> QuerySet[Mail]:
    """Mails to be sent by `at`, the longest waiting first."""
    waiting = Mail.objects.filter(status=Mail.Status.WAITING, next_attempt_at__lte=at)
    return waiting.order_by("next_attempt_at", "id")


def next_due_mail(after: datetime) -> datetime | None:
    """When the next mail wants to be tried, later than `after`."""
    waiting = Mail.objects.filter(status=Mail.Status.WAITING, next_attempt_at__gt=after)
    first: datetime | None = waiting.aggregate(first=Min("next_attempt_at"))["first"]
    return first


def sent_mails() -> QuerySet[Mail]:
    """What was sent, the newest first."""
    return Mail.objects.filter(status=Mail.Status.SENT).order_by("-created_at", "-id")
