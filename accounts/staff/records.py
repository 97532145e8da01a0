"""Rows that staff look at and never edit: corrections are actions with a reason."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from django.contrib.admin.checks import ModelAdminChecks
from django.contrib.auth import get_permission_codename
from django.core.exceptions import PermissionDenied
from django.db.models import DecimalField, Model
from django.http import HttpRequest, HttpResponse
from unfold.admin import ModelAdmin, TabularInline

from accounts.staff.paging import CappedPaginator, StaffChangeList

_DECIMAL = re.compile(r"-?[0-9,]+\.[0-9]+")


def _without_idle_zeros(text: str) -> str:
    """25.000000000000 as 25.00, 0.000150000000 as 0.00015."""
    if not _DECIMAL.fullmatch(text):
        return text
    whole, _, fraction = text.partition(".")
    return f"{whole}.{fraction.rstrip('0').ljust(2, '0')}"


class ExactAmounts:
    """Shows the decimals of a row exactly, without the zeros that fill up its column."""

    model: type[Model]

    @property
    def readonly_preprocess_fields(self) -> dict[str, Callable[[str], str]]:
        decimals = [field for field in self.model._meta.fields if isinstance(field, DecimalField)]
        return {field.name: _without_idle_zeros for field in decimals if field.decimal_places}


class StaffAdmin(ExactAmounts, ModelAdmin):  # type: ignore[misc]  # unfold has no types
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


class AddedRecordAdmin(RecordAdmin):
    """Records that staff with the `add` permission make on a page of their own: `add_page`."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        codename = get_permission_codename("add", self.opts)
        return bool(request.user.has_perm(f"{self.opts.app_label}.{codename}"))

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        return self.add_page(request)

    def add_page(self, request: HttpRequest) -> HttpResponse:
        """Ask for what the record needs, and make it by an action."""
        raise NotImplementedError


class RecordInline(ExactAmounts, TabularInline):  # type: ignore[misc]
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
