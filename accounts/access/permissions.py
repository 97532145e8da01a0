"""Who may do what: the table of spec/roles.md, for members in the portal and keys of the API."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from functools import update_wrapper
from typing import TYPE_CHECKING, Concatenate, ParamSpec, cast

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from accounts.access.principals import PortalRequest, caller, member_principal
from accounts.access.queries import member_for
from accounts.people.models import Role

if TYPE_CHECKING:  # DRF's views read these classes while they are being imported
    from rest_framework.views import APIView


class Permission(StrEnum):
    """What a member of a company may be allowed to do."""

    SEE_MONEY = "see_money"
    PAY = "pay"
    EXPORT = "export"
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
    Role.FINANCE: frozenset(
        {Permission.SEE_MONEY, Permission.PAY, Permission.EXPORT, Permission.SEE_SIMS}
    ),
    Role.VIEWER: frozenset({Permission.SEE_MONEY, Permission.SEE_SIMS}),
    Role.END_USER: frozenset(),
}
"""spec/roles.md, customer side. End users reach their own SIMs only, which is not a permission
on the company: `telecom.sims` scopes those pages by the person."""


def can(role: Role | str, permission: Permission) -> bool:
    """Whether members of that role may do it."""
    return permission in ROLE_PERMISSIONS[Role(role)]


READING = ("GET", "HEAD")

Arguments = ParamSpec("Arguments")
PortalView = Callable[Concatenate[PortalRequest, Arguments], HttpResponseBase]
GuardedView = Callable[Concatenate[HttpRequest, Arguments], HttpResponseBase]


def requires(
    permission: Permission | None,
) -> Callable[[PortalView[Arguments]], GuardedView[Arguments]]:
    """Guards a portal view and gives it `request.company`, `.member` and `.principal`.

    Signed out → the sign-in page; a role without the permission, or no company at all → 403.
    `None` is for pages of every member, end users included. Staff who look at the portal as the
    customer (`accounts.access.acting`) may read what an owner reads and change nothing.
    """

    def guard(view: PortalView[Arguments]) -> GuardedView[Arguments]:
        def guarded(
            request: HttpRequest, /, *args: Arguments.args, **kwargs: Arguments.kwargs
        ) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            return view(_admitted(request, permission), *args, **kwargs)

        update_wrapper(guarded, view)
        guarded.portal_permission = permission  # type: ignore[attr-defined]
        return guarded

    return guard


def _admitted(request: HttpRequest, permission: Permission | None) -> PortalRequest:
    member = member_for(request)
    if member is None:
        raise PermissionDenied("You are not a member of any company.")
    if permission is not None and not can(member.role, permission):
        raise PermissionDenied("Your role does not include this.")
    if member.is_looking_on and request.method not in READING:
        raise PermissionDenied("You are looking at this as the customer: nothing can be changed.")
    admitted = cast("PortalRequest", request)
    admitted.company = member.company
    admitted.member = member
    admitted.principal = member_principal(member)
    return admitted


class AnyKey(BasePermission):
    """Staff keys and company keys; what they see is cut down by `accounts.access.queries`."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        return caller(request) is not None


class StaffKey(BasePermission):
    """Keys of the provider only. This is the default of every API view."""

    message = "Only a staff key may do this."

    def has_permission(self, request: Request, view: APIView) -> bool:
        principal = caller(request)
        return principal is not None and principal.is_staff


class StaffWrites(BasePermission):
    """Any key may read, only a staff key may write."""

    message = "Only a staff key may change this."

    def has_permission(self, request: Request, view: APIView) -> bool:
        principal = caller(request)
        return principal is not None and (principal.is_staff or request.method in READING)
