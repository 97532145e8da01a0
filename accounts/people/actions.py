"""People: made, given a role in a company, changed, removed.

`acting_as` is the authority behind an act: staff act as the owner, a company's API key as an
admin, a member as what it is. `by` names the actor.
"""

from __future__ import annotations

from datetime import datetime

from allauth.account.models import EmailAddress
from django.db import transaction

from accounts.audit.actions import record
from accounts.companies.models import Company
from accounts.companies.queries import lock_company
from accounts.events.actions import publish
from accounts.people.exceptions import MemberGone
from accounts.people.models import Member, Role, User
from accounts.people.queries import lock_member
from accounts.people.team import require_authority, require_not_owner


@transaction.atomic
def create_person(
    email: str,
    *,
    password: str | None,
    first_name: str = "",
    last_name: str = "",
    is_staff: bool = False,
) -> User:
    """Somebody who can sign in; the address counts as verified (an invitation or staff vouches
    for it). Without a password it is set by "forgot password"."""
    user = User.objects.create_user(email, password, is_staff=is_staff)
    user.first_name, user.last_name = first_name, last_name
    user.save(update_fields=["first_name", "last_name"])
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


@transaction.atomic
def add_member(company: Company, user: User, *, role: Role, by: str, at: datetime) -> Member:
    """The person belongs to the company from now on; the caller holds the company's lock."""
    member = Member.objects.create(company=company, user=user, role=role, joined_at=at)
    _tell("member.added", "added", member, by=by, at=at, before=None)
    return member


@transaction.atomic
def change_role(member: Member, *, role: Role, acting_as: Role, by: str, at: datetime) -> Member:
    """Give a member another role. Owners are made by `hand_over_ownership` only."""
    member = _locked(member)
    was = Role(member.role)
    require_authority(acting_as=acting_as, over=was)
    require_not_owner(was)
    require_not_owner(role)
    if was == role:
        return member
    member.role = role
    member.save(update_fields=["role"])
    _tell("member.role_changed", "updated", member, by=by, at=at, before={"role": was})
    return member


@transaction.atomic
def hand_over_ownership(
    company: Company, *, to: Member, acting_as: Role, by: str, at: datetime
) -> Member:
    """Make a member the owner; who was it becomes an admin. Only the owner, or staff."""
    require_authority(acting_as=acting_as, over=Role.OWNER)
    heir = _locked(to)
    if heir.role == Role.OWNER:
        return heir
    for former in Member.objects.filter(company=company, role=Role.OWNER):
        former.role = Role.ADMIN
        former.save(update_fields=["role"])
        _tell("member.role_changed", "updated", former, by=by, at=at, before={"role": Role.OWNER})
    was, heir.role = heir.role, Role.OWNER
    heir.save(update_fields=["role"])
    _tell("member.role_changed", "updated", heir, by=by, at=at, before={"role": was})
    return heir


@transaction.atomic
def remove_member(member: Member, *, acting_as: Role, by: str, at: datetime) -> None:
    """The person no longer belongs to the company; what it did there stays on record."""
    member = _locked(member)
    require_authority(acting_as=acting_as, over=Role(member.role))
    require_not_owner(Role(member.role))
    _tell("member.removed", "deleted", member, by=by, at=at, before={"role": member.role})
    member.delete()


def _locked(member: Member) -> Member:
    """The company first, then the member: the lock order. Gone meanwhile → 404."""
    lock_company(member.company_id)
    locked = lock_member(member.company_id, member.pk)
    if locked is None:
        raise MemberGone
    return locked


def _tell(
    action: str, fact: str, member: Member, *, by: str, at: datetime, before: dict[str, str] | None
) -> None:
    """The audit record, and `company.staff.*` or `end_user.*` for whom it may concern."""
    data = {
        "id": str(member.pk),
        "email": member.user.email,
        "name": member.user.get_full_name(),
        "role": member.role,
    }
    record(
        action,
        actor=by,
        at=at,
        company=member.company,
        target=f"member:{member.pk}",
        before=before,
        after=None if fact == "deleted" else {"email": member.user.email, "role": member.role},
    )
    noun = "end_user" if member.role == Role.END_USER else "company.staff"
    publish(f"{noun}.{fact}", company=member.company, data=data, at=at)
