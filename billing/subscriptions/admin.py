"""Plans in force, the keys that their usage comes under, billing periods."""

from __future__ import annotations

from django.contrib import admin
from unfold.contrib.filters.admin import RangeDateTimeFilter

from accounts.staff.columns import link_column, short_column, status_column, when_column
from accounts.staff.records import RecordAdmin, RecordInline
from billing.subscriptions.models import Allowance, BillingPeriod, SubjectKey, Subscription


class KeyInline(RecordInline):
    model = SubjectKey
    fields = ["key", "valid_from", "valid_to"]
    verbose_name_plural = "Keys"


class AllowanceInline(RecordInline):
    model = Allowance
    fields = ["meter", "period", "included", "used"]
    ordering = ["-id"]
    per_page = 12
    verbose_name_plural = "Allowances"


@admin.register(Subscription)
class SubscriptionAdmin(RecordAdmin):
    ordering = ["-id"]
    list_display = [
        "subject",
        link_column("company", title="Company"),
        link_column("plan", title="Plan"),
        status_column(),
        short_column("status_reason", title="Why"),
        when_column("starts_at", title="From"),
        when_column("ends_at", title="Until"),
    ]
    list_filter = ["status", "plan__kind", ("starts_at", RangeDateTimeFilter)]
    list_select_related = ["company", "plan"]
    search_fields = ["=subject", "=keys__key", "company__name", "plan__name"]
    inlines = [KeyInline, AllowanceInline]


@admin.register(BillingPeriod)
class BillingPeriodAdmin(RecordAdmin):
    ordering = ["-id"]
    list_display = [
        when_column("starts_at", title="From"),
        link_column("company", title="Company"),
        when_column("ends_at", title="Until"),
        status_column(),
    ]
    list_filter = ["status", ("ends_at", RangeDateTimeFilter)]
    list_select_related = ["company"]
    search_fields = ["company__name"]
