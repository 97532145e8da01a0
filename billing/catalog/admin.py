"""Plans with their versions and prices. A version in force is never edited: add a new one."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from unfold.contrib.filters.admin import RangeDateTimeFilter

from accounts.staff.columns import link_column, when_column
from accounts.staff.records import RecordAdmin, RecordInline
from billing.catalog.models import Meter, Plan, PlanVersion, Price, PriceTier, RefillSize, Zone
from billing.money.columns import amount_column


class VersionInline(RecordInline):
    model = PlanVersion
    show_change_link = True
    fields = ["number", "effective_from", "fee", "included", "overage_price", "created_by"]
    verbose_name_plural = "Versions"


@admin.register(Plan)
class PlanAdmin(RecordAdmin):
    ordering = ["-id"]
    list_display = ["name", "kind", "currency", "meter", "audience", "subscribed", "created"]
    list_filter = ["kind", "currency", "meter"]
    list_select_related = ["meter"]
    search_fields = ["name", "labels"]
    inlines = [VersionInline]
    created = staticmethod(when_column("created_at", title="Created"))

    def get_queryset(self, request: HttpRequest) -> QuerySet[Plan]:
        return (
            super()
            .get_queryset(request)
            .annotate(
                designated=Count("companies", distinct=True),
                running=Count("subscriptions", distinct=True),
            )
        )

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
    fields = ["meter", "country", "zone", "per_unit", "unit", "tier_mode", "is_blocked"]
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
