"""Who works for the provider, and in which groups."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Group
from django.db import transaction

from accounts.access.exceptions import Refused
from accounts.audit.actions import record
from accounts.people.models import User


class OwnRights(Refused):
    """Nobody changes what they themselves may do."""

    def __init__(self) -> None:
        super().__init__("own_rights", "Somebody else must change your own rights.", status=403)


@transaction.atomic
def change_staff(
    user: User,
    *,
    is_active: bool,
    is_staff: bool,
    groups: Collection[Group],
    reason: str,
    by: str,
    at: datetime,
    address: str | None = None,
) -> User:
    """Let a person into the admin, into groups, or out again; audited. Raise OwnRights."""
    if by == f"staff:{user.email}":
        raise OwnRights
    user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    before = _rights(user)
    user.is_active, user.is_staff = is_active, is_staff
    user.save(update_fields=["is_active", "is_staff"])
    user.groups.set(groups)
    record(
        "user.rights_changed",
        actor=by,
        at=at,
        target=f"user:{user.pk}",
        before=before,
        after=_rights(user),
        reason=reason,
        address=address,
    )
    return user


@transaction.atomic
def remove_second_factors(
    user: User, *, reason: str, by: str, at: datetime, address: str | None = None
) -> int:
    """For a person who lost telephone and recovery codes: the next sign-in asks for the password
    alone, and staff must set a new factor up at once. Returns how many were removed; audited."""
    removed: int = Authenticator.objects.filter(user=user).delete()[0]
    record(
        "user.second_factors_removed",
        actor=by,
        at=at,
        target=f"user:{user.pk}",
        before={"factors": removed},
        reason=reason,
        address=address,
    )
    return removed


def _rights(user: User) -> dict[str, object]:
    names = user.groups.order_by("name").values_list("name", flat=True)
    return {"active": user.is_active, "staff": user.is_staff, "groups": list(names)}
