"""The ledger, read-only; a correction is an adjustment with a reason, approved by a second person
above the set amount."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import FieldTextFilter, RangeDateTimeFilter
from unfold.decorators import action

from accounts.staff.acts import Act, ConfirmForm, Perform, act_page, record_or_404, staff_label
from accounts.staff.columns import (
    link_column,
    short_column,
    shows,
    status_column,
    when_column,
)
from accounts.staff.records import RecordAdmin, RecordInline
from billing.ledger.adjustments import approve_adjustment, decline_adjustment
from billing.ledger.models import Account, Adjustment, Entry, Hold, Leg
from billing.ledger.queries import with_own_balances
from billing.money.columns import amount_cell, amount_column, plain_amount
from config import clock


def _balance(account: Account) -> Decimal:
    """Of an account as `with_own_balances` reads it."""
    own: Decimal = account.own_balance  # type: ignore[attr-defined]
    return own if account.balance is None else account.balance


@admin.register(Account)
class AccountAdmin(RecordAdmin):
    """Company accounts store a balance; our own are added up from their last snapshot."""

    ordering = ["-id"]
    list_display = [
        "__str__",
        link_column("company", title="Company"),
        "balance_money",
        amount_column("held", title="Held"),
    ]
    list_filter = ["kind", "currency", ("company", admin.EmptyFieldListFilter)]
    list_select_related = ["company"]
    search_fields = ["company__name", "detail"]
    fields = ["company", "kind", "detail", "currency", "balance_money", "held"]
    readonly_fields = ["balance_money"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Account]:
        accounts: QuerySet[Account] = super().get_queryset(request)
        return with_own_balances(accounts)

    @admin.display(description="Balance", ordering="balance")
    def balance_money(self, account: Account) -> SafeString | str:
        return amount_cell(_balance(account), account.currency)

    shows(
        balance_money,
        *plain_amount(
            "balance", title="Balance", amount=_balance, currency=lambda account: account.currency
        ),
    )


class LegInline(RecordInline):
    model = Leg
    fields = ["account", "owner", "amount_cell", "after_cell"]
    readonly_fields = ["owner", "amount_cell", "after_cell"]
    ordering = ["id"]

    @admin.display(description="Of")
    def owner(self, leg: Leg) -> str:
        return str(leg.account.company or "us")

    @admin.display(description="Amount (positive = credit)")
    def amount_cell(self, leg: Leg) -> SafeString | str:
        return amount_cell(leg.amount, leg.account.currency)

    @admin.display(description="Balance after")
    def after_cell(self, leg: Leg) -> SafeString | str:
        return amount_cell(leg.balance_after, leg.account.currency)


@admin.register(Entry)
class EntryAdmin(RecordAdmin):
    ordering = ["-id"]
    list_display = [
        when_column("at", title="When"),
        "kind",
        link_column("company", title="Company"),
        "description",
        "document",
        "by",
        short_column("reason", title="Reason"),
    ]
    list_filter = ["kind", ("at", RangeDateTimeFilter), ("document", FieldTextFilter)]
    list_select_related = ["company"]
    search_fields = ["=key", "=id", "document", "company__name"]
    inlines = [LegInline]


@admin.register(Hold)
class HoldAdmin(RecordAdmin):
    ordering = ["-id"]
    list_display = [
        "reference",
        link_column("company", title="Company"),
        status_column(),
        amount_column("amount", title="Held", currency="account__currency"),
        "subject",
        "quantity",
        when_column("placed_at", title="Placed"),
        when_column("expires_at", title="Expires"),
    ]
    list_filter = ["status", ("placed_at", RangeDateTimeFilter)]
    list_select_related = ["company", "account"]
    search_fields = ["=reference", "=subject", "company__name"]


@admin.register(Adjustment)
class AdjustmentAdmin(RecordAdmin):
    """Proposed on the company's page; decided here."""

    ordering = ["-id"]
    list_display = [
        "__str__",
        link_column("company", title="Company"),
        amount_column("amount", title="Amount"),
        status_column(),
        short_column("reason", title="Reason"),
        "proposed_by",
        when_column("proposed_at", title="Proposed"),
        "decided_by",
    ]
    list_filter = ["status", "against", ("proposed_at", RangeDateTimeFilter)]
    list_select_related = ["company"]
    search_fields = ["company__name", "reason", "proposed_by", "decided_by"]
    actions_detail = ["approve", "decline"]

    @action(  # type: ignore[untyped-decorator]
        description="Approve", icon="check", permissions=["billing.adjust_balance"]
    )
    def approve(self, request: HttpRequest, object_id: str) -> HttpResponse:
        def perform(_: dict[str, object]) -> str:
            approve_adjustment(UUID(object_id), by=staff_label(request), at=clock.now())
            return "Booked."

        consequence = "It is booked at once. Whoever proposed it cannot approve it."
        return _decision(request, object_id, "Approve", consequence, perform)

    @action(  # type: ignore[untyped-decorator]
        description="Decline", icon="close", permissions=["billing.adjust_balance"]
    )
    def decline(self, request: HttpRequest, object_id: str) -> HttpResponse:
        def perform(_: dict[str, object]) -> str:
            decline_adjustment(UUID(object_id), by=staff_label(request), at=clock.now())
            return "Declined: nothing is booked."

        consequence = "Nothing is booked. It can be proposed anew."
        return _decision(request, object_id, "Decline", consequence, perform)


def _decision(
    request: HttpRequest, object_id: str, verb: str, consequence: str, perform: Perform
) -> HttpResponse:
    adjustment = record_or_404(Adjustment, object_id)
    act = Act(
        title=f"{verb} the adjustment",
        consequence=consequence,
        button=verb,
        back=reverse("admin:billing_adjustment_change", args=[adjustment.pk]),
        facts={
            "Company": adjustment.company,
            "Amount": amount_cell(adjustment.amount, adjustment.currency),
            "Reason": adjustment.reason,
            "Proposed by": adjustment.proposed_by,
        },
    )
    return act_page(request, act, form=ConfirmForm(request.POST or None), perform=perform)
