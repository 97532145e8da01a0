"""The audit trail: who did what, from where, before and after."""

from __future__ import annotations

from django.contrib import admin
from unfold.contrib.filters.admin import FieldTextFilter, RangeDateTimeFilter

from accounts.audit.models import AuditRecord
from accounts.staff.columns import link_column, short_column, when_column
from accounts.staff.records import RecordAdmin


@admin.register(AuditRecord)
class AuditRecordAdmin(RecordAdmin):
    list_display = [
        when_column("at", title="When"),
        "actor",
        "action",
        link_column("company", title="Company"),
        "target",
        short_column("reason", title="Reason"),
    ]
    list_filter = [
        ("at", RangeDateTimeFilter),
        ("actor", FieldTextFilter),
        ("action", FieldTextFilter),
    ]
    list_select_related = ["company"]
    search_fields = ["actor", "action", "target", "reason", "company__name"]
    search_help_text = "Actor, action, target, reason or company"
