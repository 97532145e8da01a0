"""Asks the table of roles what a member of the staff may do."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import BaseBackend

from accounts.people.models import User
from config.staff.roles import MODELS, ROLES, Role


class StaffRoleBackend(BaseBackend):
    """Beside Django's own backend, which knows superusers and permissions given one by one."""

    def has_perm(self, user_obj: Any, perm: str, obj: object = None) -> bool:
        return any(role.allows(perm) for role in roles_of(user_obj))

    def has_module_perms(self, user_obj: Any, app_label: str) -> bool:
        """Whether the admin lists anything of that app."""
        labels = [label for area in MODELS.values() for label in area]
        ours = [label for label in labels if label.startswith(f"{app_label}.")]
        return any(self.has_perm(user_obj, label.replace(".", ".view_")) for label in ours)


def roles_of(user: Any) -> list[Role]:
    """The roles of an active member of the staff; read once per request's user."""
    if not isinstance(user, User) or not user.is_active or not user.is_staff:
        return []
    cached: list[Role] | None = user.__dict__.get("_staff_roles")
    if cached is None:
        names = user.groups.values_list("name", flat=True)
        cached = [ROLES[name] for name in names if name in ROLES]
        user.__dict__["_staff_roles"] = cached
    return cached
