"""Operators and what was asked of them."""

from __future__ import annotations

from django.contrib import admin
from unfold.contrib.filters.admin import RangeDateTimeFilter

from accounts.staff.columns import link_column, short_column, status_column, when_column
from accounts.staff.records import RecordAdmin
from telecom.operators.models import Operator, OperatorJob


@admin.register(Operator)
class OperatorAdmin(RecordAdmin):
    list_display = [
        "name",
        "key",
        "adapter",
        when_column("usage_fetched_at", title="Usage fetched"),
        short_column("usage_error", title="Error"),
    ]
    search_fields = ["name", "key"]


@admin.register(OperatorJob)
class OperatorJobAdmin(RecordAdmin):
    ordering = ["-id"]
    list_display = [
        "line",
        "action",
        link_column("operator", title="Operator"),
        status_column(),
        "attempts",
        when_column("next_attempt_at", title="Next attempt"),
        short_column("error", title="Error"),
        "asked_by",
        when_column("asked_at", title="Asked"),
    ]
    list_filter = ["status", "action", "operator", ("asked_at", RangeDateTimeFilter)]
    list_select_related = ["operator"]
    search_fields = ["=line", "asked_by"]
