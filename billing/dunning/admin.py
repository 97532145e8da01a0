"""Dunning for staff: which invoices are pursued, what was done, what comes next."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import F, QuerySet
from django.http import HttpRequest

from accounts.staff.columns import link_column, status_column, when_column
from accounts.staff.records import RecordAdmin
from billing.dunning.models import DunningClock, DunningStep
from billing.dunning.queries import TimelineStep, timeline
from billing.money.columns import amount_column
from config import clock


@admin.register(DunningClock)
class DunningClockAdmin(RecordAdmin):
    ordering = ["next_at"]
    list_display = [
        link_column("invoice", title="Invoice"),
        link_column("invoice__company", title="Company"),
        status_column(),
        amount_column("amount_due", title="Due"),
        when_column("due_at", title="Due on"),
        "next_step",
        when_column("next_at", title="When"),
    ]
    list_filter = ["invoice__status", "invoice__currency"]
    list_select_related = ["invoice__company"]
    search_fields = ["invoice__number", "invoice__company__name"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[DunningClock]:
        rows: QuerySet[DunningClock] = super().get_queryset(request)
        names = ("status", "amount_due", "currency", "due_at")
        return rows.annotate(**{name: F(f"invoice__{name}") for name in names})

    @admin.display(description="Next")
    def next_step(self, running: DunningClock) -> str:
        ahead = [step for step in timeline(running.invoice, at=clock.now()) if not step.is_past]
        return _worded(ahead[0]) if ahead else "Nothing more"


@admin.register(DunningStep)
class DunningStepAdmin(RecordAdmin):
    ordering = ["-at"]
    list_display = [
        when_column("at", title="When"),
        link_column("invoice", title="Invoice"),
        link_column("invoice__company", title="Company"),
        "kind",
        "number",
    ]
    list_filter = ["kind"]
    list_select_related = ["invoice__company"]
    search_fields = ["invoice__number", "invoice__company__name"]


def _worded(step: TimelineStep) -> str:
    return str(step.label)
