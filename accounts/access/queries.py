"""What a caller may see. Every query that a customer can reach goes through here."""

from __future__ import annotations

from hashlib import sha256
from typing import TypeVar
from uuid import UUID

from django.db.models import Model, QuerySet

from accounts.access.models import ApiKey
from accounts.access.principals import Principal
from accounts.companies.models import Company

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
