"""Who is asking: a staff key, a company's key, or a signed-in member looking at one company."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.http import HttpRequest
from rest_framework.request import Request

from accounts.companies.models import Company
from accounts.people.models import Member


@dataclass(frozen=True, slots=True)
class Principal:
    """The caller of the API or the portal.

    `id` tells callers apart (idempotency keys, rate limits); `label` is the `by` of actions
    ("key:tg_ab12cd34", "member:bob@x.y"); `company_id` is empty for the provider's staff only.
    """

    id: str
    label: str
    company_id: UUID | None

    is_active = True
    is_anonymous = False
    is_authenticated = True

    @property
    def pk(self) -> str:
        return self.id

    @property
    def is_staff(self) -> bool:
        """True for a key of the provider: it sees every company."""
        return self.company_id is None

    def __str__(self) -> str:
        return self.label


def caller(request: Request) -> Principal | None:
    """Who calls the API, once authenticated."""
    user: object = request.user
    return user if isinstance(user, Principal) else None


class PortalRequest(HttpRequest):
    """What a view behind `requires` gets: the request, and whose company it is about."""

    company: Company
    member: Member
    principal: Principal


def member_principal(member: Member) -> Principal:
    """A person in one company; staff looking on are named as what they are."""
    kind = "staff" if member.is_looking_on else "member"
    return Principal(
        id=f"user:{member.user_id}",
        label=f"{kind}:{member.user.email}",
        company_id=member.company_id,
    )
