"""Who may do what: the table of spec/roles.md, and the API's permission classes."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from accounts.access.principals import Principal
from accounts.people.models import Role

if TYPE_CHECKING:  # DRF's views read these classes while they are being imported
    from rest_framework.views import APIView


class Permission(StrEnum):
    """What a member of a company may be allowed to do."""

    SEE_MONEY = "see_money"
    PAY = "pay"
    SEE_SIMS = "see_sims"
    CHANGE_SIMS = "change_sims"
    SEE_TEAM = "see_team"
    CHANGE_TEAM = "change_team"
    MANAGE_KEYS = "manage_keys"
    CLOSE_COMPANY = "close_company"
    CHANGE_OWNER = "change_owner"


_ADMIN = frozenset(Permission) - {Permission.CLOSE_COMPANY, Permission.CHANGE_OWNER}

ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.OWNER: frozenset(Permission),
    Role.ADMIN: _ADMIN,
    Role.FINANCE: frozenset({Permission.SEE_MONEY, Permission.PAY, Permission.SEE_SIMS}),
    Role.VIEWER: frozenset({Permission.SEE_MONEY, Permission.SEE_SIMS}),
    Role.END_USER: frozenset(),
}
"""spec/roles.md, customer side. End users reach their own SIMs only, which is not a permission
on the company: `telecom.sims` scopes those pages by the person."""


def can(role: Role | str, permission: Permission) -> bool:
    """Whether members of that role may do it."""
    return permission in ROLE_PERMISSIONS[Role(role)]


class AnyKey(BasePermission):
    """Staff keys and company keys; what they see is cut down by `accounts.access.queries`."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        return isinstance(request.user, Principal)


class StaffKey(BasePermission):
    """Keys of the provider only. This is the default of every API view."""

    message = "Only a staff key may do this."

    def has_permission(self, request: Request, view: APIView) -> bool:
        return isinstance(request.user, Principal) and request.user.is_staff


class StaffWrites(BasePermission):
    """Any key may read, only a staff key may write."""

    message = "Only a staff key may change this."

    def has_permission(self, request: Request, view: APIView) -> bool:
        principal = request.user
        if not isinstance(principal, Principal):
            return False
        return principal.is_staff or request.method in ("GET", "HEAD")
