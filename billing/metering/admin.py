"""Usage: what was rated, what was not and why, and another try for it."""

from __future__ import annotations

import json

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import RangeDateTimeFilter
from unfold.decorators import action

from accounts.staff.acts import Act, ConfirmForm, act_page, record_or_404
from accounts.staff.columns import (
    Column,
    link_column,
    number_column,
    short_column,
    when_column,
)
from accounts.staff.records import RecordAdmin
from billing.metering.explanation import explain
from billing.metering.models import Charge, UsageBatch, UsageConflict, UsageReject
from billing.metering.queries import charge_in_full
from billing.metering.replay import replay
from billing.money.columns import amount_column
from config import clock

_CURRENCY = "company__billing_profile__currency"
_MONEY: list[Column | str] = [
    amount_column("amount", title="Amount", currency=_CURRENCY),
    amount_column("tax", title="Tax", currency=_CURRENCY),
]


@admin.register(Charge)
class ChargeAdmin(RecordAdmin):
    """One rated record or fee. Who may not see money sees quantities only."""

    ordering = ["-id"]
    list_filter = ["kind", "meter", ("started_at", RangeDateTimeFilter)]
    list_select_related = ["company__billing_profile", "meter"]
    search_fields = ["=id", "=subject", "=external_id", "company__name"]
    search_help_text = "Subject, record id or company, exactly"

    def get_list_display(self, request: HttpRequest) -> list[Column | str]:
        columns: list[Column | str] = [
            short_column("about", title="Subject"),
            when_column("started_at", title="Used"),
            link_column("company", title="Company"),
            "meter",
            "country",
            number_column("quantity", title="Quantity"),
            number_column("from_allowance", title="Allowance"),
        ]
        money = _MONEY if request.user.has_perm("billing.view_entry") else []
        return [*columns, *money, when_column("rated_at", title="Rated")]

    def get_exclude(self, request: HttpRequest, obj: object = None) -> list[str]:
        if request.user.has_perm("billing.view_entry"):
            return []
        return ["amount", "tax", "tax_percent", "unit_price", "price", "entry"]

    def get_readonly_fields(self, request: HttpRequest, obj: object = None) -> list[str]:
        return ["explained"] if request.user.has_perm("billing.view_entry") else []

    @admin.display(description="Why it costs this")
    def explained(self, charge: Charge) -> SafeString:
        sentences = explain(charge_in_full().get(pk=charge.pk))
        return format_html_join("", "{}<br>", ((sentence,) for sentence in sentences))


def _pretty(record: object) -> SafeString:
    text = json.dumps(record, indent=2, ensure_ascii=False)
    return format_html('<pre class="ta-record">{}</pre>', text)


@admin.register(UsageReject)
class UsageRejectAdmin(RecordAdmin):
    ordering = ["-id"]
    list_display = [
        "reason_code",
        short_column("detail", title="Detail"),
        "external_id",
        "source",
        link_column("company", title="Company"),
        "times",
        when_column("last_at", title="Last seen"),
    ]
    list_filter = [
        "code",
        ("charge_id", admin.EmptyFieldListFilter),
        ("last_at", RangeDateTimeFilter),
    ]
    list_select_related = ["company"]
    search_fields = ["=external_id", "=source", "detail", "company__name"]
    exclude = ["record"]
    readonly_fields = ["sent"]
    actions = ["replay_chosen"]
    actions_list = ["replay_all"]
    actions_detail = ["replay_one"]

    @admin.display(description="Code", ordering="code")
    def reason_code(self, reject: UsageReject) -> str:
        return reject.code

    @admin.display(description="The record as it was sent")
    def sent(self, reject: UsageReject) -> SafeString:
        return _pretty(reject.record)

    def has_replay_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("billing.replay_usage")

    @admin.action(description="Replay the chosen ones", permissions=["replay"])
    def replay_chosen(self, request: HttpRequest, queryset: QuerySet[UsageReject]) -> None:
        messages.success(request, _replayed(queryset))

    @action(  # type: ignore[untyped-decorator]
        description="Replay", icon="replay", permissions=["billing.replay_usage"]
    )
    def replay_one(self, request: HttpRequest, object_id: str) -> HttpResponse:
        reject = record_or_404(UsageReject, object_id)
        back = reverse("admin:billing_usagereject_change", args=[reject.pk])
        return _replay_page(request, UsageReject.objects.filter(pk=reject.pk), back=back)

    @action(  # type: ignore[untyped-decorator]
        description="Replay all", icon="replay", permissions=["billing.replay_usage"]
    )
    def replay_all(self, request: HttpRequest) -> HttpResponse:
        back = reverse("admin:billing_usagereject_changelist")
        return _replay_page(request, UsageReject.objects.all(), back=back)


def _replay_page(
    request: HttpRequest, rejects: QuerySet[UsageReject], *, back: str
) -> HttpResponse:
    act = Act(
        title="Replay rejects",
        consequence=(
            "Each record goes through the pipeline again. What can be rated now is charged once; "
            "the rest stays, with its present reason."
        ),
        button="Replay",
        back=back,
        facts={"Waiting": rejects.filter(charge_id=None).count()},
    )
    form = ConfirmForm(request.POST or None)
    return act_page(request, act, form=form, perform=lambda _: _replayed(rejects))


def _replayed(rejects: QuerySet[UsageReject]) -> str:
    results = replay(rejects.filter(charge_id=None).order_by(), at=clock.now())
    rated = sum(result.accepted for result in results)
    left = sum(len(result.rejected) for result in results)
    return f"{rated:,} rated, {left:,} still rejected."


@admin.register(UsageConflict)
class UsageConflictAdmin(RecordAdmin):
    ordering = ["-id"]
    list_display = [
        "external_id",
        "source",
        link_column("company", title="Company"),
        "times",
        when_column("last_at", title="Last seen"),
    ]
    list_filter = [("last_at", RangeDateTimeFilter)]
    list_select_related = ["company"]
    search_fields = ["=external_id", "=source", "company__name"]
    exclude = ["record"]
    readonly_fields = ["sent"]

    @admin.display(description="The record as it was sent")
    def sent(self, conflict: UsageConflict) -> SafeString:
        return _pretty(conflict.record)


@admin.register(UsageBatch)
class UsageBatchAdmin(RecordAdmin):
    ordering = ["-id"]
    list_display = [
        "source",
        when_column("at", title="When"),
        number_column("received", title="Received"),
        number_column("accepted", title="Rated"),
        number_column("duplicates", title="Duplicates"),
        number_column("conflicts", title="Conflicts"),
        number_column("rejected", title="Rejected"),
    ]
    list_filter = [("at", RangeDateTimeFilter)]
    search_fields = ["=source"]
