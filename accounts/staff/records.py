"""Rows that staff look at and never edit: corrections are actions with a reason."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib.admin.checks import ModelAdminChecks
from django.db.models import Model
from django.http import HttpRequest
from unfold.admin import ModelAdmin, TabularInline

from accounts.staff.paging import CappedPaginator, StaffChangeList


class StaffAdmin(ModelAdmin):  # type: ignore[misc]  # unfold has no types
    """What every list of the admin has in common."""

    list_per_page = 50
    show_full_result_count = False
    paginator = CappedPaginator
    list_filter_submit = True
    list_fullwidth = True
    list_disable_select_all = True
    compressed_fields = True
    show_facets = "never"
    # Unfold's own checks look for permissions in the database; ours are a table in the code.
    checks_class = ModelAdminChecks

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[StaffChangeList]:
        return StaffChangeList


class RecordAdmin(StaffAdmin):
    """A list and a page per row, all read-only; asks for the `view` permission only."""

    actions: Sequence[str] | None = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class RecordInline(TabularInline):  # type: ignore[misc]
    """Rows that belong to a record, as a table on its page."""

    extra = 0
    can_delete = False
    show_change_link = False
    hide_title = True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
