"""Who belongs where."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256
from uuid import UUID

from django.db.models import Q, QuerySet

from accounts.companies.models import Company
from accounts.people.models import Invitation, Member, Role, User


def memberships(user: User) -> QuerySet[Member]:
    """The user's companies, in the order of joining."""
    return (
        Member.objects.filter(user=user)
        .select_related("company", "user")
        .order_by("joined_at", "id")
    )


def members_of(company: Company) -> QuerySet[Member]:
    """The company's people, the owner first."""
    return company.members.select_related("user").order_by("joined_at", "id")


def lock_member(company_id: UUID, member_id: UUID) -> Member | None:
    """One member's row, locked; its company is locked before (`companies.queries`)."""
    return (
        Member.objects.select_for_update(no_key=True, of=("self",))
        .select_related("user", "company")
        .filter(company=company_id, pk=member_id)
        .first()
    )


def looking_on(user: User, *, company_id: UUID) -> Member | None:
    """Staff as a member that does not exist: sees what the owner sees. See `is_looking_on`."""
    company = Company.objects.filter(pk=company_id).first()
    if company is None:
        return None
    return Member(user=user, company=company, role=Role.OWNER, joined_at=company.created_at)


def open_invitations(company: Company, *, at: datetime) -> QuerySet[Invitation]:
    """Invitations that can still be accepted."""
    return company.invitations.filter(accepted_at=None, withdrawn_at=None, expires_at__gt=at)


def unanswered_invitations(company: Company) -> QuerySet[Invitation]:
    """Invitations neither accepted nor withdrawn, expired ones included: shown on the team page."""
    return company.invitations.filter(accepted_at=None, withdrawn_at=None)


def invitation_of(token: str, *, at: datetime) -> Invitation | None:
    """The open invitation that this token from a mail is for."""
    return (
        Invitation.objects.select_related("company")
        .filter(Q(expires_at__gt=at), token_hash=token_digest(token))
        .filter(accepted_at=None, withdrawn_at=None)
        .first()
    )


def token_digest(token: str) -> str:
    """What is kept of an invitation's token."""
    return sha256(token.encode()).hexdigest()
