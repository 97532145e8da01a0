"""What a caller may see. Every query that a customer can reach goes through here."""

from __future__ import annotations

from hashlib import sha256
from typing import TypeVar
from uuid import UUID

from django.db.models import Model, QuerySet
from django.http import HttpRequest

from accounts.access.models import ApiKey
from accounts.access.principals import Principal
from accounts.companies.models import Company
from accounts.people.models import Member, User
from accounts.people.queries import looking_on, memberships

COMPANY_IN_SESSION = "company"
LOOKING_AT_IN_SESSION = "looking_at"

Row = TypeVar("Row", bound=Model)


def visible_companies(principal: Principal) -> QuerySet[Company]:
    """The companies that the caller may know of: all for staff, else its own."""
    return scoped(Company.objects.all(), principal, path="pk")


def scoped(
    queryset: QuerySet[Row], principal: Principal, *, path: str = "company"
) -> QuerySet[Row]:
    """`queryset` cut down to what the caller may see; `path` leads from a row to its company.

    A stranger's row is simply not in it, so that looking it up answers 404.
    """
    if principal.is_staff:
        return queryset
    return queryset.filter(**{path: principal.company_id})


def key_digest(secret: str) -> str:
    """What is kept of a key: SHA-256. The key has 240 random bits, so no slow hash is needed."""
    return sha256(secret.encode()).hexdigest()


def valid_api_key(secret: str) -> ApiKey | None:
    """The key that `secret` is, unless it is unknown or revoked."""
    return (
        ApiKey.objects.select_related("company")
        .filter(key_hash=key_digest(secret), revoked_at=None)
        .first()
    )


def api_keys(company_id: UUID | None) -> QuerySet[ApiKey]:
    """The keys of a company, or of the provider's staff; newest first."""
    return ApiKey.objects.filter(company=company_id)


def member_for(request: HttpRequest) -> Member | None:
    """Who the signed-in person is in the portal: a member of the company chosen in the session,
    else of the first one joined. Staff looking at a company as its customer count as its owner.
    """
    user = request.user
    if not isinstance(user, User):
        return None
    looked_at = request.session.get(LOOKING_AT_IN_SESSION)
    if user.is_staff and looked_at is not None:
        return looking_on(user, company_id=UUID(looked_at))
    chosen = request.session.get(COMPANY_IN_SESSION)
    mine = list(memberships(user))
    wanted = [member for member in mine if str(member.company_id) == chosen]
    return next(iter(wanted or mine), None)


def company_for(request: HttpRequest) -> Company | None:
    """The company that the portal is about for this person, if any."""
    member = member_for(request)
    return member.company if member is not None else None
