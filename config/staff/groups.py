"""Staff groups: the six of the table with what they may do, and a provider's own beside them."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as DjangosGroupAdmin
from django.contrib.auth.models import Group
from django.db.models import Model
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from unfold.admin import ModelAdmin

from accounts.people.models import User
from accounts.staff.columns import record_link
from config.staff.roles import ROLES

admin.site.unregister(Group)


@admin.register(Group)
class GroupAdmin(DjangosGroupAdmin, ModelAdmin):  # type: ignore[misc]  # unfold has no types
    list_display = ["name", "summary", "people"]
    search_fields = ["name"]
    ordering = ["name"]
    filter_horizontal = ["permissions"]
    readonly_fields = ["summary", "people"]
    actions = None

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        if isinstance(obj, Group) and obj.name in ROLES:
            return ["name", "summary", "people"]
        return ["name", "permissions", "people"]

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """What the six groups may do is code; only a provider's own groups are edited."""
        if isinstance(obj, Group) and obj.name in ROLES:
            return False
        return request.user.has_perm("auth.change_group")

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.has_change_permission(request, obj)

    @admin.display(description="What it may do")
    def summary(self, group: Group) -> str:
        role = ROLES.get(group.name)
        return "Permissions chosen one by one." if role is None else role.summary

    @admin.display(description="People")
    def people(self, group: Group) -> SafeString:
        users = User.objects.filter(groups=group).order_by("email")
        return format_html_join(", ", "{}", ((record_link(user),) for user in users[:50]))
