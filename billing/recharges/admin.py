"""Recharges with their attempts; rules and alerts are changed on the company's portal or API."""

from __future__ import annotations

from django.contrib import admin
from unfold.contrib.filters.admin import RangeDateTimeFilter

from accounts.staff.columns import link_column, short_column, status_column, when_column
from accounts.staff.records import RecordAdmin, RecordInline
from billing.money.columns import amount_column, money_column
from billing.recharges.models import ConsumptionAlert, Recharge, RechargeAttempt, RechargeRule

_CURRENCY = "company__billing_profile__currency"


class AttemptInline(RecordInline):
    model = RechargeAttempt
    fields = ["number", "payment", "outcome", "reason", "made_at"]
    readonly_fields = ["outcome", "reason"]
    verbose_name_plural = "Attempts"

    @admin.display(description="Outcome")
    def outcome(self, attempt: RechargeAttempt) -> str:
        return attempt.payment.get_status_display()

    @admin.display(description="Reason")
    def reason(self, attempt: RechargeAttempt) -> str:
        payment = attempt.payment
        return f"{payment.failure_code} {payment.failure_message}".strip()


@admin.register(Recharge)
class RechargeAdmin(RecordAdmin):
    ordering = ["-id"]
    list_display = [
        when_column("created_at", title="Opened"),
        link_column("company", title="Company"),
        money_column("amount", title="Amount"),
        "trigger",
        status_column(),
        "attempt",
        when_column("next_attempt_at", title="Next attempt"),
        "failure_code",
    ]
    list_filter = ["status", "trigger", ("created_at", RangeDateTimeFilter)]
    list_select_related = ["company"]
    search_fields = ["=id", "company__name", "failure_code"]
    inlines = [AttemptInline]


@admin.register(RechargeRule)
class RechargeRuleAdmin(RecordAdmin):
    ordering = ["-changed_at"]
    list_display = [
        "company",
        "enabled",
        amount_column("threshold", title="Threshold", currency=_CURRENCY),
        amount_column("recharge_to", title="Recharge to", currency=_CURRENCY),
        "payment_method",
        when_column("paused_at", title="Paused since"),
        when_column("changed_at", title="Changed"),
    ]
    list_filter = ["enabled", ("paused_at", admin.EmptyFieldListFilter)]
    list_select_related = ["company__billing_profile", "payment_method"]
    search_fields = ["company__name"]


@admin.register(ConsumptionAlert)
class ConsumptionAlertAdmin(RecordAdmin):
    ordering = ["-changed_at"]
    list_display = [
        "company",
        "enabled",
        amount_column("limit", title="Limit", currency=_CURRENCY),
        short_column("emails", title="To"),
        when_column("changed_at", title="Changed"),
    ]
    list_filter = ["enabled"]
    list_select_related = ["company__billing_profile"]
    search_fields = ["company__name"]
