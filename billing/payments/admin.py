"""Payments and what became of them; refunds with their second person; webhooks as they came."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from unfold.contrib.filters.admin import FieldTextFilter, RangeDateTimeFilter
from unfold.decorators import action

from accounts.staff.acts import Act, ConfirmForm, KeyedForm, act_page, record_or_404, staff_label
from accounts.staff.columns import link_column, short_column, status_column, when_column
from accounts.staff.records import RecordAdmin, RecordInline
from billing.money.calc import plain
from billing.money.columns import amount_cell, money_column
from billing.money.staff_fields import StaffAmountField
from billing.payments.actions.refunds import approve_refund, decline_refund, refund_payment
from billing.payments.models import Dispute, GatewayEvent, Payment, PaymentMethod, Refund
from billing.payments.queries import method_label, refundable
from config import clock


class RefundForm(KeyedForm):
    amount = StaffAmountField(required=False, help_text="Empty: all that is left of the payment.")
    field_order = ["amount", "reason"]


class RefundInline(RecordInline):
    model = Refund
    show_change_link = True
    fields = ["amount", "status", "reason", "by", "decided_by", "settled_at"]
    verbose_name_plural = "Refunds"


class DisputeInline(RecordInline):
    model = Dispute
    fields = ["amount", "status", "reason", "opened_at", "closed_at"]
    verbose_name_plural = "Disputes"


@admin.register(Payment)
class PaymentAdmin(RecordAdmin):
    ordering = ["-id"]
    list_display = [
        when_column("created_at", title="When"),
        link_column("company", title="Company"),
        money_column("amount", title="Amount"),
        "how",
        "purpose",
        status_column(),
        "failure_code",
        link_column("receipt", title="Receipt"),
    ]
    list_filter = [
        "status",
        "method",
        "purpose",
        "gateway",
        ("created_at", RangeDateTimeFilter),
        ("failure_code", FieldTextFilter),
    ]
    list_select_related = ["company", "receipt", "payment_method"]
    search_fields = ["=id", "=gateway_reference", "reference", "company__name", "=receipt__number"]
    exclude = ["client_secret", "action_url"]
    inlines = [RefundInline, DisputeInline]
    actions_detail = ["refund"]

    @admin.display(description="By")
    def how(self, payment: Payment) -> str:
        return method_label(payment)

    @action(  # type: ignore[untyped-decorator]
        description="Refund", icon="undo", permissions=["billing.refund_payment"]
    )
    def refund(self, request: HttpRequest, object_id: str) -> HttpResponse:
        payment = record_or_404(Payment, object_id)
        currency = str(payment.amount.currency)
        act = Act(
            title="Refund",
            consequence=(
                "The balance falls at once; the money goes back the way it came. Above the set "
                "amount a second person has to approve."
            ),
            button="Refund",
            back=reverse("admin:billing_payment_change", args=[payment.pk]),
            facts={
                "Company": payment.company,
                "Paid": amount_cell(payment.amount.amount, currency),
                "Left to refund": amount_cell(refundable(payment), currency),
            },
        )

        def perform(asked: dict[str, Any]) -> str:
            refund = refund_payment(
                payment,
                amount=asked["amount"],
                reason=asked["reason"],
                key=f"staff:{asked['key']}",
                by=staff_label(request),
                at=clock.now(),
            )
            return f"Refund of {plain(refund.amount.amount)} {currency}: {refund.status}."

        return act_page(request, act, form=RefundForm(request.POST or None), perform=perform)


@admin.register(Refund)
class RefundAdmin(RecordAdmin):
    ordering = ["-id"]
    list_display = [
        when_column("created_at", title="When"),
        link_column("payment__company", title="Company"),
        money_column("amount", title="Amount"),
        status_column(),
        short_column("reason", title="Reason"),
        "by",
        "decided_by",
    ]
    list_filter = ["status", ("created_at", RangeDateTimeFilter)]
    list_select_related = ["payment__company"]
    search_fields = ["=id", "=gateway_reference", "payment__company__name", "reason"]
    actions_detail = ["approve", "decline"]

    @action(  # type: ignore[untyped-decorator]
        description="Approve", icon="check", permissions=["billing.refund_payment"]
    )
    def approve(self, request: HttpRequest, object_id: str) -> HttpResponse:
        consequence = "The money goes back at once. Whoever proposed it cannot approve it."
        return _decide(request, object_id, "Approve", consequence, approve_refund)

    @action(  # type: ignore[untyped-decorator]
        description="Decline", icon="close", permissions=["billing.refund_payment"]
    )
    def decline(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return _decide(request, object_id, "Decline", "Nothing goes back.", decline_refund)


def _decide(
    request: HttpRequest,
    object_id: str,
    verb: str,
    consequence: str,
    decision: Callable[..., Refund],
) -> HttpResponse:
    refund = record_or_404(Refund, object_id)
    act = Act(
        title=f"{verb} the refund",
        consequence=consequence,
        button=verb,
        back=reverse("admin:billing_refund_change", args=[refund.pk]),
        facts={
            "Company": refund.payment.company,
            "Amount": amount_cell(refund.amount.amount, str(refund.amount.currency)),
            "Reason": refund.reason,
            "Proposed by": refund.by,
        },
    )

    def perform(_: dict[str, Any]) -> str:
        done = decision(refund, by=staff_label(request), at=clock.now())
        return f"The refund is {done.get_status_display().lower()}."

    return act_page(request, act, form=ConfirmForm(request.POST or None), perform=perform)


@admin.register(Dispute)
class DisputeAdmin(RecordAdmin):
    ordering = ["-id"]
    list_display = [
        when_column("opened_at", title="Opened"),
        link_column("payment__company", title="Company"),
        money_column("amount", title="Amount"),
        status_column(),
        "reason",
        when_column("closed_at", title="Closed"),
    ]
    list_filter = ["status", ("opened_at", RangeDateTimeFilter)]
    list_select_related = ["payment__company"]
    search_fields = ["=gateway_reference", "payment__company__name"]


@admin.register(PaymentMethod)
class PaymentMethodAdmin(RecordAdmin):
    ordering = ["-id"]
    list_display = [
        "__str__",
        link_column("company", title="Company"),
        "gateway",
        "expires",
        "is_default",
        "is_refused",
        when_column("added_at", title="Added"),
        when_column("removed_at", title="Removed"),
    ]
    list_filter = ["gateway", "is_refused", ("removed_at", admin.EmptyFieldListFilter)]
    list_select_related = ["company"]
    search_fields = ["company__name", "=last4", "=reference"]

    @admin.display(description="Expires")
    def expires(self, method: PaymentMethod) -> str:
        return f"{method.exp_month:02d}/{method.exp_year}"


@admin.register(GatewayEvent)
class GatewayEventAdmin(RecordAdmin):
    ordering = ["-id"]
    list_display = [
        "type",
        "gateway",
        "reference",
        status_column(),
        "attempts",
        short_column("error", title="Error"),
        when_column("received_at", title="Received"),
    ]
    list_filter = ["status", ("type", FieldTextFilter), ("received_at", RangeDateTimeFilter)]
    search_fields = ["=reference", "type"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[GatewayEvent]:
        events: QuerySet[GatewayEvent] = super().get_queryset(request)
        return events.defer("payload")
