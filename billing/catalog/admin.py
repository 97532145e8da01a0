"""Plans with their versions and prices. A version in force is never edited: add a new one."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from unfold.contrib.filters.admin import RangeDateTimeFilter
from unfold.decorators import action

from accounts.staff.acts import Act, act_page, record_or_404, staff_label
from accounts.staff.columns import link_column, when_column
from accounts.staff.records import AddedRecordAdmin, RecordAdmin, RecordInline
from billing.catalog.actions import add_version, create_plan
from billing.catalog.models import Meter, Plan, PlanVersion, Price, PriceTier, RefillSize, Zone
from billing.catalog.staff_forms import PlanForm, VersionForm, terms_of, typed_terms
from billing.money.columns import amount_column
from config import clock
from features.queries import value


class VersionInline(RecordInline):
    model = PlanVersion
    show_change_link = True
    fields = ["number", "effective_from", "fee", "included", "overage_price", "created_by"]
    verbose_name_plural = "Versions"


@admin.register(Plan)
class PlanAdmin(AddedRecordAdmin):
    ordering = ["-id"]
    list_display = ["name", "kind", "currency", "meter", "audience", "subscribed", "created"]
    list_filter = ["kind", "currency", "meter"]
    list_select_related = ["meter"]
    search_fields = ["name", "labels"]
    inlines = [VersionInline]
    actions_detail = ["new_version"]
    created = staticmethod(when_column("created_at", title="Created"))

    def get_queryset(self, request: HttpRequest) -> QuerySet[Plan]:
        plans: QuerySet[Plan] = super().get_queryset(request)
        return plans.annotate(
            designated=Count("companies", distinct=True),
            running=Count("subscriptions", distinct=True),
        )

    def add_page(self, request: HttpRequest) -> HttpResponse:
        act = Act(
            title="Add a plan",
            consequence="It is on offer to every company of its currency.",
            button="Add",
            back=reverse("admin:billing_plan_changelist"),
        )

        def perform(asked: dict[str, Any]) -> str:
            plan = create_plan(
                asked["name"],
                kind=asked["kind"],
                currency=asked["currency"],
                meter=asked["meter"].key,
                terms=terms_of(asked, meter=asked["meter"]),
                at=clock.now(),
                by=staff_label(request),
            )
            return f"{plan} is on offer."

        initial = {"currency": value("default_currency", at=clock.now())}
        form = PlanForm(request.POST or None, initial=initial)
        return act_page(request, act, form=form, perform=perform)

    @action(  # type: ignore[untyped-decorator]
        description="New version", icon="add", permissions=["billing.add_planversion"]
    )
    def new_version(self, request: HttpRequest, object_id: str) -> HttpResponse:
        plan = record_or_404(Plan, object_id)
        act = Act(
            title=f"New version of {plan}",
            consequence="New subscriptions take it; running ones keep the version they have.",
            button="Add the version",
            back=reverse("admin:billing_plan_change", args=[plan.pk]),
        )

        def perform(asked: dict[str, Any]) -> str:
            terms = terms_of(asked, meter=plan.meter)
            version = add_version(plan, terms=terms, at=clock.now(), by=staff_label(request))
            return f"{version} holds from {version.effective_from:%Y-%m-%d %H:%M} UTC on."

        form = VersionForm(request.POST or None, initial=typed_terms(plan))
        return act_page(request, act, form=form, perform=perform)

    @admin.display(description="For")
    def audience(self, plan: Plan) -> str:
        designated: int = plan.designated  # type: ignore[attr-defined]
        return f"{designated} companies" if designated else "everybody"

    @admin.display(description="Subscriptions", ordering="running")
    def subscribed(self, plan: Plan) -> int:
        return int(plan.running)  # type: ignore[attr-defined]


class PriceInline(RecordInline):
    model = Price
    show_change_link = True
    fields = ["meter", "country", "zone", "per_unit", "unit", "tier_mode", "is_blocked", "note"]
    ordering = ["meter", "country"]


class RefillInline(RecordInline):
    model = RefillSize
    fields = ["amount_mb", "credit", "price"]


@admin.register(PlanVersion)
class PlanVersionAdmin(RecordAdmin):
    ordering = ["-id"]
    list_display = [
        "__str__",
        link_column("plan", title="Plan"),
        when_column("effective_from", title="From"),
        amount_column("fee", title="Fee", currency="plan__currency"),
        "included",
        amount_column("overage_price", title="Overage per MB", currency="plan__currency"),
        "created_by",
    ]
    list_filter = [("effective_from", RangeDateTimeFilter)]
    list_select_related = ["plan"]
    search_fields = ["plan__name"]
    inlines = [PriceInline, RefillInline]


class TierInline(RecordInline):
    model = PriceTier
    fields = ["from_quantity", "per_unit"]


@admin.register(Price)
class PriceAdmin(RecordAdmin):
    ordering = ["-id"]
    list_display = ["__str__", "version", "meter", "country", "zone", "unit", "is_blocked"]
    list_filter = ["meter", "unit", "is_blocked"]
    list_select_related = ["version__plan", "meter", "zone"]
    search_fields = ["version__plan__name", "=country"]
    inlines = [TierInline]


@admin.register(Zone)
class ZoneAdmin(RecordAdmin):
    list_display = ["name", "country_list"]
    search_fields = ["name"]

    @admin.display(description="Countries")
    def country_list(self, zone: Zone) -> str:
        return ", ".join(zone.countries)


@admin.register(Meter)
class MeterAdmin(RecordAdmin):
    list_display = ["key", "title", "base_unit"]
