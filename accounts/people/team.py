"""Who may change whom on a company's team (spec/roles.md)."""

from __future__ import annotations

from accounts.people.exceptions import OwnerStays, RoleTooLow
from accounts.people.models import Role

CHANGES_THE_TEAM = frozenset({Role.OWNER, Role.ADMIN})


def require_authority(*, acting_as: Role, over: Role) -> None:
    """Owner and admin change the team; an admin neither touches nor makes an owner."""
    if acting_as not in CHANGES_THE_TEAM:
        raise RoleTooLow
    if over == Role.OWNER and acting_as != Role.OWNER:
        raise RoleTooLow


def require_not_owner(role: Role) -> None:
    """The owner is neither demoted nor removed, by nobody: the role is handed over."""
    if role == Role.OWNER:
        raise OwnerStays
