"""Staff looking at the portal as a customer sees it: read-only, and on record."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest

from accounts.access.addresses import address_of
from accounts.access.exceptions import NotAllowed
from accounts.access.queries import LOOKING_AT_IN_SESSION
from accounts.audit.actions import record
from accounts.companies.models import Company
from accounts.people.models import User


def look_at_company(request: HttpRequest, company: Company, *, at: datetime) -> None:
    """From now on the portal shows this member of staff what the company's owner sees.

    The caller has checked the staff permission; `requires` refuses every change meanwhile.
    """
    user = _staff(request)
    record(
        "company.looked_at",
        actor=f"staff:{user.email}",
        at=at,
        company=company,
        target=f"company:{company.pk}",
        address=address_of(request),
    )
    request.session[LOOKING_AT_IN_SESSION] = str(company.pk)


def stop_looking(request: HttpRequest) -> None:
    """Back to being oneself."""
    request.session.pop(LOOKING_AT_IN_SESSION, None)


def _staff(request: HttpRequest) -> User:
    user = request.user
    if not isinstance(user, User) or not user.is_staff:
        raise NotAllowed("Only staff may look at a customer's portal.")
    return user
