"""Invitations: sent by mail, accepted once, sent again, withdrawn."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from accounts.audit.actions import record
from accounts.companies.models import Company
from accounts.companies.queries import lock_company
from accounts.notifications.actions import queue_mail
from accounts.people.actions import add_member, create_person
from accounts.people.exceptions import (
    AlreadyInvited,
    AlreadyMember,
    CompanyClosed,
    InvitationForSomebodyElse,
    InvitationGone,
    OwnerExists,
    PersonHasAccount,
)
from accounts.people.models import Invitation, Member, Role, User
from accounts.people.queries import invitation_of, token_digest, unanswered_invitations
from accounts.people.team import require_authority

VALID_FOR = timedelta(days=14)


@transaction.atomic
def invite_member(
    company: Company, *, email: str, role: Role, acting_as: Role, by: str, at: datetime
) -> Invitation:
    """Mail an invitation that makes its reader a member, for fourteen days.

    One open invitation per address; an expired one is replaced. A company without an owner can
    be given one by staff this way.
    """
    require_authority(acting_as=acting_as, over=role)
    company = lock_company(company.pk)
    email = email.lower()
    _require_room_for(company, email=email, role=role, at=at)
    invitation, token = _issue(company, email=email, role=role, by=by, at=at)
    _mail(invitation, token, at=at)
    _record("member.invited", invitation, by=by, at=at)
    return invitation


@transaction.atomic
def resend_invitation(
    invitation: Invitation, *, acting_as: Role, by: str, at: datetime
) -> Invitation:
    """Mail a new link, good for fourteen days; the old one no longer works."""
    invitation = _locked(invitation.company_id, invitation.pk)
    require_authority(acting_as=acting_as, over=Role(invitation.role))
    token = secrets.token_urlsafe(32)
    invitation.token_hash = token_digest(token)
    invitation.expires_at = at + VALID_FOR
    invitation.save(update_fields=["token_hash", "expires_at"])
    _mail(invitation, token, at=at)
    _record("member.invited_again", invitation, by=by, at=at)
    return invitation


@transaction.atomic
def withdraw_invitation(invitation: Invitation, *, acting_as: Role, by: str, at: datetime) -> None:
    """The link in the mail stops working."""
    invitation = _locked(invitation.company_id, invitation.pk)
    require_authority(acting_as=acting_as, over=Role(invitation.role))
    invitation.withdrawn_at = at
    invitation.save(update_fields=["withdrawn_at"])
    _record("member.invitation_withdrawn", invitation, by=by, at=at)


@transaction.atomic
def accept_invitation(token: str, *, user: User, at: datetime) -> Member:
    """The signed-in person joins the company it was invited to. A link works once."""
    invitation = _open(token, at=at)
    if user.email.lower() != invitation.email.lower():
        raise InvitationForSomebodyElse(invitation.email)
    return _join(invitation, user=user, at=at)


@transaction.atomic
def accept_as_new_person(
    token: str, *, password: str, first_name: str, last_name: str, at: datetime
) -> Member:
    """Who was invited and has no account gets one, with its address verified, and joins."""
    invitation = _open(token, at=at)
    if User.objects.filter(email__iexact=invitation.email).exists():
        raise PersonHasAccount
    user = create_person(
        invitation.email, password=password, first_name=first_name, last_name=last_name
    )
    return _join(invitation, user=user, at=at)


def _open(token: str, *, at: datetime) -> Invitation:
    """The open invitation behind a link, its company locked, read again under the lock."""
    seen = invitation_of(token, at=at)
    if seen is None:
        raise InvitationGone
    return _locked(seen.company_id, seen.pk, token=token)


def _locked(company_id: UUID, invitation_id: UUID, *, token: str | None = None) -> Invitation:
    company = lock_company(company_id)
    rows = unanswered_invitations(company).select_related("company")
    if token is not None:
        rows = rows.filter(token_hash=token_digest(token))
    invitation = rows.filter(pk=invitation_id).first()
    if invitation is None:
        raise InvitationGone
    return invitation


def _join(invitation: Invitation, *, user: User, at: datetime) -> Member:
    company = invitation.company
    if company.status == Company.Status.CLOSED:
        raise CompanyClosed
    if company.members.filter(user=user).exists():
        raise AlreadyMember
    role = Role(invitation.role)
    if role == Role.OWNER and company.members.filter(role=Role.OWNER).exists():
        raise OwnerExists
    invitation.accepted_at = at
    invitation.save(update_fields=["accepted_at"])
    return add_member(company, user, role=role, by=f"member:{user.email}", at=at)


def _require_room_for(company: Company, *, email: str, role: Role, at: datetime) -> None:
    if company.status == Company.Status.CLOSED:
        raise CompanyClosed
    if company.members.filter(user__email__iexact=email).exists():
        raise AlreadyMember
    waiting = unanswered_invitations(company)
    waiting.filter(email__iexact=email, expires_at__lte=at).update(withdrawn_at=at)
    if waiting.filter(email__iexact=email).exists():
        raise AlreadyInvited
    owners = company.members.filter(role=Role.OWNER)
    if role == Role.OWNER and (owners.exists() or waiting.filter(role=Role.OWNER).exists()):
        raise OwnerExists


def _issue(
    company: Company, *, email: str, role: Role, by: str, at: datetime
) -> tuple[Invitation, str]:
    token = secrets.token_urlsafe(32)
    invitation = Invitation.objects.create(
        company=company,
        email=email,
        role=role,
        token_hash=token_digest(token),
        invited_by=by,
        invited_at=at,
        expires_at=at + VALID_FOR,
    )
    return invitation, token


def _mail(invitation: Invitation, token: str, *, at: datetime) -> None:
    path = reverse("portal:invitation", args=[token])
    queue_mail(
        "invitation",
        company=invitation.company,
        to=[invitation.email],
        once=f"invitation:{invitation.pk}:{invitation.expires_at.isoformat()}",
        context={
            "url": f"{settings.PUBLIC_URL}{path}",
            "role": Role(invitation.role).label,
            "expires_at": invitation.expires_at,
        },
        at=at,
        secret=token,
    )


def _record(action: str, invitation: Invitation, *, by: str, at: datetime) -> None:
    record(
        action,
        actor=by,
        at=at,
        company=invitation.company,
        target=f"invitation:{invitation.pk}",
        after={"email": invitation.email, "role": invitation.role},
    )
