"""The outbox: facts with their positions, and what the handlers made of them."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from unfold.contrib.filters.admin import FieldTextFilter, RangeDateTimeFilter
from unfold.decorators import action

from accounts.events.handling import try_again
from accounts.events.models import Event, Handling
from accounts.staff.acts import Act, ConfirmForm, act_page, record_or_404
from accounts.staff.columns import (
    link_column,
    short_column,
    status_column,
    when_column,
)
from accounts.staff.records import RecordAdmin, RecordInline
from config import clock


class HandlingInline(RecordInline):
    model = Handling
    fields = ["handler", "status", "attempts", "next_attempt_at", "handled_at", "error"]
    verbose_name_plural = "Handlers"


@admin.register(Event)
class EventAdmin(RecordAdmin):
    ordering = ["-id"]
    list_display = [
        "type",
        "position",
        link_column("company", title="Company"),
        when_column("created_at", title="When"),
    ]
    list_filter = [("type", FieldTextFilter), ("created_at", RangeDateTimeFilter)]
    list_select_related = ["company"]
    search_fields = ["=id", "type", "company__name"]
    inlines = [HandlingInline]


@admin.register(Handling)
class HandlingAdmin(RecordAdmin):
    ordering = ["-id"]
    list_display = [
        "handler",
        link_column("event", title="Event"),
        status_column(),
        "attempts",
        when_column("next_attempt_at", title="Next attempt"),
        short_column("error", title="Error"),
    ]
    list_filter = ["status", ("handler", FieldTextFilter)]
    list_select_related = ["event"]
    search_fields = ["handler", "error"]
    actions_detail = ["try_again"]

    @action(  # type: ignore[untyped-decorator]
        description="Try again", icon="replay", permissions=["accounts.run_job"]
    )
    def try_again(self, request: HttpRequest, object_id: str) -> HttpResponse:
        handling = record_or_404(Handling, object_id)
        act = Act(
            title="Try again",
            consequence="The handler acts on present state; it runs once more within seconds.",
            button="Try again",
            back=reverse("admin:accounts_handling_change", args=[handling.pk]),
            facts={"Handler": handling.handler, "Event": handling.event, "Error": handling.error},
        )

        def perform(_: dict[str, object]) -> str:
            try_again(handling, at=clock.now())
            return "It waits for its turn again."

        return act_page(request, act, form=ConfirmForm(request.POST or None), perform=perform)
