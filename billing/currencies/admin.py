"""Currencies on offer and exchange rates with their history; shown while several are on offer."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldBooleanSwitchWidget

from accounts.staff.acts import Act, act_page, amount_input, select_input, staff_label, text_input
from accounts.staff.columns import when_column
from accounts.staff.records import AddedRecordAdmin
from billing.currencies.actions import offer_currency, set_rate
from billing.currencies.calc import RATE_DECIMALS
from billing.currencies.models import Currency, ExchangeRate
from billing.currencies.queries import (
    default_currency,
    fetch_trouble,
    is_multi_currency,
    published_rates,
)
from billing.money.calc import CURRENCIES, InvalidAmount, minor_digits, parse_amount, plain
from config import clock

_CODES = [(code, code) for code in sorted(CURRENCIES)]


class WhileOnOffer(AddedRecordAdmin):
    """Pages of `multi_currency`: while it is off they are closed, address and menu alike."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return is_multi_currency(at=clock.now()) and super().has_module_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_multi_currency(at=clock.now()) and super().has_view_permission(request, obj)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return is_multi_currency(at=clock.now()) and super().has_add_permission(request)


class CurrencyForm(forms.Form):
    code = forms.ChoiceField(label="Currency", choices=_CODES, widget=select_input())
    is_enabled = forms.BooleanField(
        label="On offer",
        required=False,
        initial=True,
        widget=UnfoldBooleanSwitchWidget(),
        help_text="Off: nobody chooses it any more; accounts in it go on.",
    )
    position = forms.IntegerField(
        initial=100,
        min_value=0,
        max_value=10_000,
        widget=UnfoldAdminIntegerFieldWidget(),
        help_text="The lowest comes first in lists.",
    )


class UnitsField(forms.CharField):
    """A rate: a plain decimal with up to 18 decimals."""

    def clean(self, value: Any) -> Any:
        try:
            return parse_amount(str(super().clean(value)), decimals=RATE_DECIMALS)
        except InvalidAmount as error:
            raise forms.ValidationError(str(error)) from error


class RateForm(forms.Form):
    currency = forms.ChoiceField(choices=_CODES, widget=select_input())
    units_per_base = UnitsField(label="Units", widget=amount_input(placeholder="0.92"))
    valid_from = forms.DateTimeField(
        required=False,
        widget=text_input(placeholder="2026-05-01 00:00"),
        help_text="UTC. Empty: now. An instant that has a rate already is corrected.",
    )


@admin.register(Currency)
class CurrencyAdmin(WhileOnOffer):
    list_display = ["code", "on_offer", "position", "decimals"]
    list_filter = ["is_enabled"]
    search_fields = ["code"]

    @admin.display(description="On offer", boolean=True, ordering="is_enabled")
    def on_offer(self, currency: Currency) -> bool:
        return currency.is_enabled

    @admin.display(description="Decimals")
    def decimals(self, currency: Currency) -> int:
        return minor_digits(currency.code)

    def add_page(self, request: HttpRequest) -> HttpResponse:
        act = Act(
            title="Offer a currency",
            consequence="Customers may choose it for display and payment, staff for new accounts.",
            button="Save",
            back=reverse("admin:billing_currency_changelist"),
        )

        def perform(asked: dict[str, Any]) -> str:
            row = offer_currency(**asked, by=staff_label(request), at=clock.now())
            return f"{row} is {'on' if row.is_enabled else 'not on'} offer."

        return act_page(request, act, form=CurrencyForm(request.POST or None), perform=perform)


@admin.register(ExchangeRate)
class ExchangeRateAdmin(WhileOnOffer):
    ordering = ["-valid_from", "-revision", "-id"]
    list_display = [
        "rate",
        when_column("valid_from", title="Valid from"),
        "source",
        "quoted_on",
        "revision",
        "set_by",
        when_column("set_at", title="Set"),
    ]
    list_filter = ["currency", "source"]
    list_before_template = "admin/parts/rates_not_fetched.html"
    search_fields = ["currency", "set_by"]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        shown = (extra_context or {}) | {"trouble": fetch_trouble(at=clock.now())}
        return cast("HttpResponse", super().changelist_view(request, shown))

    def get_queryset(self, request: HttpRequest) -> QuerySet[ExchangeRate]:
        return published_rates().order_by(*self.ordering)

    @admin.display(description="Rate", ordering="currency")
    def rate(self, rate: ExchangeRate) -> SafeString:
        return format_html(
            "1 {} = <strong>{}</strong> {}", rate.base, plain(rate.units_per_base), rate.currency
        )

    def add_page(self, request: HttpRequest) -> HttpResponse:
        at = clock.now()
        base = default_currency(at=at)
        act = Act(
            title="Set an exchange rate",
            consequence=(
                "What is converted from then on goes by it; what was converted keeps its rate."
            ),
            button="Set",
            back=reverse("admin:billing_exchangerate_changelist"),
            facts={"Direction": f"units of the currency for 1 {base}"},
        )

        def perform(asked: dict[str, Any]) -> str:
            rate = set_rate(
                asked["currency"],
                units_per_base=asked["units_per_base"],
                valid_from=asked["valid_from"] or at,
                by=staff_label(request),
                at=at,
            )
            return f"1 {base} is {plain(rate.units_per_base)} {rate.currency}."

        initial = {"currency": request.GET.get("currency", "")}
        form = RateForm(request.POST or None, initial=initial)
        return act_page(request, act, form=form, perform=perform)
