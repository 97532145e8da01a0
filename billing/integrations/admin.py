"""What other systems do not know yet, and money that arrived there; hidden while none is on."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import RangeDateTimeFilter
from unfold.decorators import action

from accounts.staff.acts import (
    Act,
    ConfirmForm,
    ReasonForm,
    act_page,
    record_or_404,
    staff_label,
)
from accounts.staff.columns import (
    instant_cell,
    link_column,
    short_column,
    status_column,
    when_column,
)
from accounts.staff.records import RecordAdmin
from billing.integrations.actions import dismiss, skip, try_again
from billing.integrations.models import IncomingPayment, SyncWork
from billing.integrations.registry import systems_on
from billing.money.columns import amount_column
from config import clock

SYNC = "billing.sync_systems"


class SystemsAdmin(RecordAdmin):
    """Rows of the systems that are on; nothing at all while none is."""

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        allowed = bool(super().has_view_permission(request, obj))
        return allowed and bool(systems_on(at=clock.now()))

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset(request)
        return rows.filter(system__in=systems_on(at=clock.now()))


@admin.register(SyncWork)
class SyncWorkAdmin(SystemsAdmin):
    ordering = ["-asked_at", "-id"]
    list_display = [
        "what",
        "system",
        link_column("company", title="Company"),
        status_column(),
        short_column("error", title="Why not yet"),
        "due",
        amount_column("amount", title="Amount"),
        "external_id",
        when_column("asked_at", title="Asked"),
    ]
    list_filter = ["system", "status", "operation", "failure", ("asked_at", RangeDateTimeFilter)]
    list_select_related = ["company"]
    search_fields = ["=label", "=external_id", "company__name", "=company__id"]
    exclude = ["digest", "leased_until"]
    actions_detail = ["try_again", "skip"]

    @admin.display(description="What", ordering="operation")
    def what(self, work: SyncWork) -> str:
        return str(work)

    @admin.display(description="Next attempt", ordering="next_attempt_at")
    def due(self, work: SyncWork) -> SafeString | str:
        return instant_cell(work.due_at)

    @action(description="Try again", icon="replay", permissions=[SYNC])  # type: ignore[untyped-decorator]
    def try_again(self, request: HttpRequest, object_id: str) -> HttpResponse:
        work = record_or_404(SyncWork, object_id)
        act = Act(
            title="Try again",
            consequence="It is sent as soon as the system answers, after what stands before it.",
            button="Try again",
            back=reverse("admin:billing_syncwork_change", args=[work.pk]),
            facts=_facts(work),
        )

        def perform(_: dict[str, Any]) -> str:
            try_again(work.pk, by=staff_label(request), at=clock.now())
            return "It is due now."

        return act_page(request, act, form=ConfirmForm(request.POST or None), perform=perform)

    @action(description="Skip", icon="skip_next", permissions=[SYNC])  # type: ignore[untyped-decorator]
    def skip(self, request: HttpRequest, object_id: str) -> HttpResponse:
        work = record_or_404(SyncWork, object_id)
        act = Act(
            title="Skip",
            consequence=(
                "It is never sent. What waits behind it goes on: payments of an invoice that was "
                "skipped are refused there."
            ),
            button="Skip",
            back=reverse("admin:billing_syncwork_change", args=[work.pk]),
            facts=_facts(work),
            is_final=True,
        )

        def perform(asked: dict[str, Any]) -> str:
            skip(work.pk, reason=asked["reason"], by=staff_label(request), at=clock.now())
            return "Skipped."

        return act_page(request, act, form=ReasonForm(request.POST or None), perform=perform)


@admin.register(IncomingPayment)
class IncomingPaymentAdmin(SystemsAdmin):
    ordering = ["-seen_at", "-id"]
    list_display = [
        when_column("paid_at", title="Paid"),
        "system",
        "external_id",
        link_column("company", title="Company"),
        amount_column("amount", title="Amount"),
        status_column(),
        short_column("reason", title="Why"),
        link_column("payment", title="Payment"),
    ]
    list_filter = ["system", "status", ("seen_at", RangeDateTimeFilter)]
    list_select_related = ["company", "payment"]
    search_fields = ["=external_id", "=external_invoice", "reference", "company__name"]
    actions_detail = ["dismiss"]

    @action(description="Dismiss", icon="close", permissions=[SYNC])  # type: ignore[untyped-decorator]
    def dismiss(self, request: HttpRequest, object_id: str) -> HttpResponse:
        row = record_or_404(IncomingPayment, object_id)
        act = Act(
            title="Dismiss",
            consequence=(
                "It is not booked and not listed as open any more. Money that is ours is recorded "
                "on the company's page first."
            ),
            button="Dismiss",
            back=reverse("admin:billing_incomingpayment_change", args=[row.pk]),
            facts={"Company": row.company, "Amount": row.amount, "Why": row.reason},
            is_final=True,
        )

        def perform(asked: dict[str, Any]) -> str:
            dismiss(row.pk, reason=asked["reason"], by=staff_label(request), at=clock.now())
            return "Dismissed."

        return act_page(request, act, form=ReasonForm(request.POST or None), perform=perform)


def _facts(work: SyncWork) -> dict[str, object]:
    return {
        "System": work.get_system_display(),
        "What": work,
        "Company": work.company,
        "Why not yet": work.error or "Not tried yet",
    }
