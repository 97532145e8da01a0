"""Erasing a person. The books stay whole: what the law wants kept is kept, under no name where
that can be.

Goes: name, address and password, addresses to sign in with, second factors, sessions, memberships,
open invitations, the text of mails to the address, the address among those a message went to.
Stays: that a person (now without a name) did what it did; the actor in the audit trail and in
ledger entries, which the database lets nobody change (tax law: ten years; the trail proves the
books); documents as they were issued.
"""

from __future__ import annotations

from datetime import datetime

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.db import transaction

from accounts.access.exceptions import Refused
from accounts.audit.actions import record
from accounts.companies.models import Company
from accounts.messages.models import MessageRecipient
from accounts.notifications.models import Mail
from accounts.people.models import Invitation, Member, Role, User

ERASED = "erased.invalid"
NO_TEXT = "Erased on request."


class StillOwner(Refused):
    """A company that goes on keeps its owner."""

    def __init__(self, company: Company) -> None:
        detail = f"Owns {company}: hand it over or close it first."
        super().__init__("still_owner", detail, status=409)


class StillStaff(Refused):
    """Who works for the provider is let go first."""

    def __init__(self) -> None:
        super().__init__("still_staff", "Take the staff's rights away first.", status=409)


@transaction.atomic
def erase_person(user: User, *, reason: str, by: str, at: datetime) -> User:
    """Take away what names the person; erasing again changes nothing.

    Raises StillOwner, StillStaff.
    """
    user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if user.email.endswith(f"@{ERASED}"):
        return user
    _check(user)
    was, name = user.email, f"{user.pk.hex}@{ERASED}"
    record("user.erased", actor=by, at=at, target=f"user:{user.pk}", reason=reason)
    for rows in (
        EmailAddress.objects.filter(user=user),
        Authenticator.objects.filter(user=user),
        UserSession.objects.filter(user=user),
        Member.objects.filter(user=user).exclude(role=Role.OWNER),
    ):
        rows.delete()
    Invitation.objects.filter(email__iexact=was).update(email=name)
    Invitation.objects.filter(email=name, accepted_at=None, withdrawn_at=None).update(
        withdrawn_at=at
    )
    _empty_mails(was, name)
    MessageRecipient.objects.filter(address__iexact=was).update(address=name)
    user.email, user.first_name, user.last_name = name, "", ""
    user.is_active = False
    user.set_unusable_password()
    user.save()
    return user


def _check(user: User) -> None:
    if user.is_staff:
        raise StillStaff
    owned = Member.objects.filter(user=user, role=Role.OWNER).select_related("company")
    for member in owned.exclude(company__status=Company.Status.CLOSED):
        raise StillOwner(member.company)


def _empty_mails(was: str, name: str) -> None:
    """That a mail was sent stays; to whom and what it said goes, with its attachments."""
    for mail in Mail.objects.filter(to__iexact=was).iterator():
        mail.attachments.all().delete()
        mail.to, mail.subject, mail.text, mail.html = name, NO_TEXT, NO_TEXT, NO_TEXT
        mail.save(update_fields=["to", "subject", "text", "html"])
