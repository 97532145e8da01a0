"""Charges: what an amount is made of, down to the single record and how it was priced."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

import django_filters
import django_tables2 as tables
from django import forms
from django.db.models import F, QuerySet
from django.db.models import Sum as Total
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import path
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django_filters.fields import ModelChoiceField

from accounts.access.permissions import Permission, requires
from accounts.access.principals import PortalRequest
from accounts.access.queries import scoped
from accounts.pages.columns import CellColumn
from accounts.pages.filters import DayFilter, ListFilter
from accounts.pages.lists import Empty, ListPage, Sort, Sum
from billing.catalog.models import Meter, PlanVersion, Price
from billing.metering.explanation import explain
from billing.metering.models import Charge
from billing.metering.queries import charge_in_full, charges, charges_of_subject
from billing.money.calc import plain
from billing.subscriptions.models import BillingPeriod, Subscription
from config import clock
from features.queries import value

_CURRENCY = "company__billing_profile__currency"


def _periods(request: PortalRequest) -> QuerySet[BillingPeriod]:
    return BillingPeriod.objects.filter(company=request.company)


def _versions(request: PortalRequest) -> QuerySet[PlanVersion]:
    """Of the plans that the company has or had."""
    mine = Subscription.objects.filter(company=request.company).values("plan")
    return PlanVersion.objects.filter(plan__in=mine).select_related("plan")


def _prices(request: PortalRequest) -> QuerySet[Price]:
    return Price.objects.filter(version__in=_versions(request))


class PriceField(ModelChoiceField):  # type: ignore[misc]
    """A price in its own words: 0.035 per MB."""

    def label_from_instance(self, price: Price) -> str:
        return f"{plain(price.per_unit or Decimal(0))} / {price.unit}"


class PriceFilter(django_filters.ModelChoiceFilter):  # type: ignore[misc]
    field_class = PriceField


class ChargeListFilter(ListFilter):
    """Charges of a company. An invoice's line sets `period`, `plan_version` and `price`."""

    search_in = ("external_id",)
    subject = django_filters.CharFilter(method="of_subject", label=_("Subject"), max_length=128)
    kind = django_filters.ChoiceFilter(choices=Charge.Kind.choices, label=_("Kind"))
    meter = django_filters.ModelChoiceFilter(queryset=Meter.objects.all(), label=_("Service"))
    used_from = DayFilter("started_at", label=_("Used from"), bound="from")
    used_through = DayFilter("started_at", label=_("Used through"), bound="through")
    period = django_filters.ModelChoiceFilter(
        queryset=_periods, label=_("Billing period"), widget=forms.HiddenInput
    )
    plan_version = django_filters.ModelChoiceFilter(
        "version", queryset=_versions, label=_("Plan"), widget=forms.HiddenInput
    )
    price = PriceFilter(queryset=_prices, label=_("Price"), widget=forms.HiddenInput)

    def of_subject(self, rows: QuerySet[Charge], name: str, subject: str) -> QuerySet[Charge]:
        """By every key that stood for the same subscription."""
        return charges_of_subject(rows, subject)


class ChargeTable(tables.Table):  # type: ignore[misc]
    started_at = CellColumn("when", page="portal:charge", verbose_name=_("Used"))
    subject = CellColumn(
        "id", accessor="about", place="key", page="portal:charge", verbose_name=_("Subject")
    )
    service = CellColumn("service", accessor="meter.title", verbose_name=_("Service"))
    country = CellColumn("country", place="minor", verbose_name=_("Country"))
    quantity = CellColumn("quantity", place="number", verbose_name=_("Quantity"))
    from_allowance = CellColumn("quantity", place="minor number", verbose_name=_("Included"))
    amount = CellColumn("cost", place="figure", verbose_name=_("Amount"))
    tax = CellColumn("cost", place="minor number", verbose_name=_("Tax"))
    currency = CellColumn(visible=False, verbose_name=_("Currency"))
    external_id = CellColumn(visible=False, verbose_name=_("Record"))

    class Meta:
        fields = ()


def _sums(rows: QuerySet[Charge]) -> list[Sum]:
    totals = rows.order_by(_CURRENCY).values(_CURRENCY)
    totals = totals.annotate(net=Total("amount"), taxes=Total("tax"))
    return [
        sum_
        for row in totals
        for sum_ in (
            Sum(_t("Amount"), row["net"], row[_CURRENCY]),
            Sum(_t("Tax"), row["taxes"], row[_CURRENCY]),
        )
    ]


CHARGES = ListPage[Charge](
    filters=ChargeListFilter,
    table=ChargeTable,
    sorts={
        "newest": Sort("started_at", ("-started_at", "-id")),
        "oldest": Sort("started_at", ("started_at", "id")),
    },
    default_sort="newest",
    empty=Empty(
        icon="activity",
        title=_("No charges yet"),
        text=_("Each usage record and each fee appears here with its price, and why."),
    ),
    name="charges",
    sums=_sums,
)


def company_charges(request: PortalRequest, rows: QuerySet[Charge]) -> QuerySet[Charge]:
    """The company's own, with the currency that it is charged in."""
    return scoped(rows, request.principal).annotate(currency=F(_CURRENCY))


@requires(Permission.SEE_MONEY)
def charge_list(request: PortalRequest) -> HttpResponseBase:
    return CHARGES.respond(
        request,
        company_charges(request, charges()),
        template="billing/metering/charges.html",
        context={"cost_decimals": value("cost_decimal_points", at=clock.now())},
    )


@requires(Permission.SEE_MONEY)
def charge(request: PortalRequest, charge_id: UUID) -> HttpResponse:
    """One charge and how its amount came about, in sentences."""
    found = get_object_or_404(company_charges(request, charge_in_full()), pk=charge_id)
    context = {"charge": found, "sentences": explain(found)}
    return render(request, "billing/metering/charge.html", context)


urlpatterns = [
    path("charges/", charge_list, name="charges"),
    path("charges/<uuid:charge_id>/", charge, name="charge"),
]
