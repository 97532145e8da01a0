"""SIMs with their life; suspended and activated here by staff, with a reason."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from unfold.contrib.filters.admin import RangeDateTimeFilter
from unfold.decorators import action

from accounts.staff.acts import Act, ReasonForm, act_page, record_or_404, staff_label
from accounts.staff.columns import link_column, short_column, status_column, when_column
from accounts.staff.records import AddedRecordAdmin, RecordInline
from config import clock
from telecom.sims.actions.assignment import assign_sim
from telecom.sims.actions.service import activate_sim, suspend_sim
from telecom.sims.actions.stock import archive_sim, create_sim
from telecom.sims.models import Sim, StatusChange
from telecom.sims.staff_forms import AssignForm, SimForm


class StatusChangeInline(RecordInline):
    model = StatusChange
    fields = ["at", "before", "after", "reason", "by"]
    verbose_name_plural = "Timeline"
    per_page = 20


@admin.register(Sim)
class SimAdmin(AddedRecordAdmin):
    ordering = ["-id"]
    list_display = [
        "iccid",
        "msisdn",
        link_column("company", title="Company"),
        link_column("plan", title="Plan"),
        status_column(),
        short_column("status_reason", title="Why"),
        when_column("status_changed_at", title="Since"),
        link_column("operator", title="Operator"),
    ]
    list_filter = ["status", "operator", ("created_at", RangeDateTimeFilter)]
    list_select_related = ["company", "plan", "operator"]
    search_fields = ["=iccid", "=imsi", "=msisdn", "company__name", "labels"]
    inlines = [StatusChangeInline]
    autocomplete_fields = ["company"]
    actions_detail = ["assign", "activate", "suspend", "archive"]

    def add_page(self, request: HttpRequest) -> HttpResponse:
        act = Act(
            title="Add a SIM",
            consequence="It goes into stock; a networked operator sets up its line.",
            button="Add",
            back=reverse("admin:telecom_sim_changelist"),
        )

        def perform(asked: dict[str, Any]) -> str:
            sim = create_sim(**asked, by=staff_label(request), at=clock.now())
            return f"{sim.iccid}: {sim.get_status_display()}."

        return act_page(request, act, form=SimForm(request.POST or None), perform=perform)

    @action(  # type: ignore[untyped-decorator]
        description="Assign", icon="assignment_ind", permissions=["telecom.operate_sim"]
    )
    def assign(self, request: HttpRequest, object_id: str) -> HttpResponse:
        sim = record_or_404(Sim, object_id)
        act = Act(
            title=f"Assign {sim.iccid}",
            consequence="An earlier assignment ends there. It wakes at its first usage.",
            button="Assign",
            back=reverse("admin:telecom_sim_change", args=[sim.pk]),
            facts={"Company": sim.company or "in stock", "Plan": sim.plan or "none"},
        )

        def perform(asked: dict[str, Any]) -> str:
            now = clock.now()
            done = assign_sim(
                sim.iccid,
                company=asked["company"],
                plan=asked["plan"],
                starts_at=asked["starts_at"] or now,
                by=staff_label(request),
                at=now,
            )
            return f"{done.iccid} belongs to {done.company}."

        return act_page(request, act, form=AssignForm(request.POST or None), perform=perform)

    @action(  # type: ignore[untyped-decorator]
        description="Activate", icon="play_arrow", permissions=["telecom.operate_sim"]
    )
    def activate(self, request: HttpRequest, object_id: str) -> HttpResponse:
        def activated(iccid: str, **given: Any) -> Sim:
            return activate_sim(iccid, **given)

        consequence = "The operator is asked to put the line into service."
        return _operate(request, object_id, "Activate", consequence, activated)

    @action(  # type: ignore[untyped-decorator]
        description="Suspend", icon="pause", permissions=["telecom.operate_sim"]
    )
    def suspend(self, request: HttpRequest, object_id: str) -> HttpResponse:
        def suspended(iccid: str, **given: Any) -> Sim:
            return suspend_sim(iccid, **given, suspended_by=Sim.SuspendedBy.PROVIDER)

        consequence = "The line stops. A payment does not wake it: only staff does."
        return _operate(request, object_id, "Suspend", consequence, suspended)

    @action(  # type: ignore[untyped-decorator]
        description="Archive", icon="archive", permissions=["telecom.operate_sim"]
    )
    def archive(self, request: HttpRequest, object_id: str) -> HttpResponse:
        consequence = "Its subscription ends and the line is terminated. This cannot be undone."
        return _operate(request, object_id, "Archive", consequence, archive_sim)


def _operate(
    request: HttpRequest,
    object_id: str,
    verb: str,
    consequence: str,
    operation: Callable[..., Sim],
) -> HttpResponse:
    sim = record_or_404(Sim, object_id)
    act = Act(
        title=f"{verb} {sim.iccid}",
        consequence=consequence,
        button=verb,
        back=reverse("admin:telecom_sim_change", args=[sim.pk]),
        facts={
            "Company": sim.company or "in stock",
            "Status": sim.get_status_display(),
            "Why": sim.status_reason,
        },
    )

    def perform(asked: dict[str, Any]) -> str:
        changed = operation(
            sim.iccid, reason=asked["reason"], by=staff_label(request), at=clock.now()
        )
        return f"{changed.iccid}: {changed.get_status_display()}."

    return act_page(request, act, form=ReasonForm(request.POST or None), perform=perform)
