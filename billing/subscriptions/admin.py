"""Plans in force, the keys that their usage comes under, billing periods."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from unfold.contrib.filters.admin import RangeDateTimeFilter
from unfold.decorators import action

from accounts.staff.acts import Act, act_page, record_or_404, staff_label
from accounts.staff.columns import link_column, short_column, status_column, when_column
from accounts.staff.records import AddedRecordAdmin, RecordAdmin, RecordInline
from billing.subscriptions.actions import cancel, change_plan, subscribe
from billing.subscriptions.models import Allowance, BillingPeriod, SubjectKey, Subscription
from billing.subscriptions.staff_forms import ChangePlanForm, InstantForm, SubscribeForm
from config import clock


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
class SubscriptionAdmin(AddedRecordAdmin):
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
    autocomplete_fields = ["company"]
    inlines = [KeyInline, AllowanceInline]
    actions_detail = ["change_plan", "end"]

    def add_page(self, request: HttpRequest) -> HttpResponse:
        act = Act(
            title="Add a subscription",
            consequence="Usage of the subject is rated by the plan from then on.",
            button="Add",
            back=reverse("admin:billing_subscription_changelist"),
        )

        def perform(asked: dict[str, Any]) -> str:
            now = clock.now()
            done = subscribe(
                asked["company"],
                asked["plan"],
                subject=asked["subject"],
                at=asked["starts_at"] or now,
                by=staff_label(request),
                now=now,
            )
            return f"{done} is in force."

        form = SubscribeForm(request.POST or None)
        return act_page(request, act, form=form, perform=perform)

    @action(  # type: ignore[untyped-decorator]
        description="Change plan", icon="swap_horiz", permissions=["billing.change_subscription"]
    )
    def change_plan(self, request: HttpRequest, object_id: str) -> HttpResponse:
        subscription = record_or_404(Subscription, object_id)

        def perform(asked: dict[str, Any]) -> str:
            now = clock.now()
            at = asked["at"] or now
            change_plan(subscription, asked["plan"], at=at, by=staff_label(request), now=now)
            return f"{subscription.subject} is on {asked['plan']} from {at:%Y-%m-%d %H:%M} UTC on."

        consequence = "Usage from then on is rated by the new plan, at its present version."
        form = ChangePlanForm(request.POST or None)
        act = _act(subscription, "Change plan", consequence)
        return act_page(request, act, form=form, perform=perform)

    @action(  # type: ignore[untyped-decorator]
        description="End", icon="event_busy", permissions=["billing.change_subscription"]
    )
    def end(self, request: HttpRequest, object_id: str) -> HttpResponse:
        subscription = record_or_404(Subscription, object_id)

        def perform(asked: dict[str, Any]) -> str:
            now = clock.now()
            at = asked["at"] or now
            cancel(subscription, at=at, by=staff_label(request), now=now)
            return f"{subscription.subject} ends at {at:%Y-%m-%d %H:%M} UTC."

        form = InstantForm(request.POST or None)
        act = _act(subscription, "End", "Usage from then on is rejected.")
        return act_page(request, act, form=form, perform=perform)


def _act(subscription: Subscription, verb: str, consequence: str) -> Act:
    return Act(
        title=f"{verb}: {subscription.subject}",
        consequence=consequence,
        button=verb,
        back=reverse("admin:billing_subscription_change", args=[subscription.pk]),
        facts={"Company": subscription.company, "Plan": subscription.plan},
    )


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
