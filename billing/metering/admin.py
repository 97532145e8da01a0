"""Usage: what was rated, what was not and why, and another try for it."""

from __future__ import annotations

import json

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import RangeDateTimeFilter

from accounts.staff.columns import Column, link_column, short_column, when_column
from accounts.staff.records import RecordAdmin
from billing.metering.models import Charge, UsageBatch, UsageConflict, UsageReject
from billing.money.columns import amount_column

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
            when_column("started_at", title="Used"),
            "subject",
            link_column("company", title="Company"),
            "meter",
            "country",
            "quantity",
            "from_allowance",
        ]
        money = _MONEY if request.user.has_perm("billing.view_entry") else []
        return [*columns, *money, when_column("rated_at", title="Rated")]

    def get_list_display_links(self, request: HttpRequest, list_display: object) -> list[str]:
        return ["subject"]

    def get_exclude(self, request: HttpRequest, obj: object = None) -> list[str]:
        if request.user.has_perm("billing.view_entry"):
            return []
        return ["amount", "tax", "tax_percent", "unit_price", "price", "entry"]


def _pretty(record: object) -> SafeString:
    text = json.dumps(record, indent=2, ensure_ascii=False)
    return format_html('<pre class="ta-record">{}</pre>', text)


@admin.register(UsageReject)
class UsageRejectAdmin(RecordAdmin):
    ordering = ["-id"]
    list_display = [
        "code",
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

    @admin.display(description="The record as it was sent")
    def sent(self, reject: UsageReject) -> SafeString:
        return _pretty(reject.record)


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
        "received",
        "accepted",
        "duplicates",
        "conflicts",
        "rejected",
    ]
    list_filter = [("at", RangeDateTimeFilter)]
    search_fields = ["=source"]
