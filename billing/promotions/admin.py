"""Promo codes and who has redeemed them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldBooleanSwitchWidget

from accounts.staff.acts import Act, act_page, select_input, staff_label, text_input
from accounts.staff.columns import link_column, when_column
from accounts.staff.records import AddedRecordAdmin, RecordAdmin
from billing.money.calc import CURRENCIES
from billing.money.columns import amount_column
from billing.money.staff_fields import StaffAmountField
from billing.promotions.actions import create_promo_code
from billing.promotions.models import PromoCode, Redemption
from config import clock
from features.queries import value


def _number(hint: str, *, initial: int | None = None, least: int = 1) -> forms.IntegerField:
    return forms.IntegerField(
        required=False,
        initial=initial,
        min_value=least,
        max_value=1_000_000,
        widget=UnfoldAdminIntegerFieldWidget(),
        help_text=hint,
    )


class PromoCodeForm(forms.Form):
    kind = forms.ChoiceField(label="For", choices=PromoCode.Kind.choices, widget=select_input())
    percent = StaffAmountField(required=False, help_text="Off usage and fees of an invoice.")
    amount = StaffAmountField(required=False, help_text="Instead of a percentage.")
    currency = forms.ChoiceField(
        choices=[(code, code) for code in sorted(CURRENCIES)], widget=select_input()
    )
    as_credit = forms.BooleanField(
        required=False,
        widget=UnfoldBooleanSwitchWidget(),
        help_text="The amount once, on the balance; what is left expires with the code.",
    )
    invoices = _number("How many of the next ones; 0 is all.", initial=1, least=0)
    valid_from = forms.DateTimeField(
        required=False, widget=text_input(placeholder="2026-05-01 00:00")
    )
    valid_until = forms.DateTimeField(
        required=False, widget=text_input(placeholder="2026-06-01 00:00")
    )
    max_redemptions = _number("By all together. Empty: without limit.")
    max_per_company = _number("By one customer.", initial=1)


@admin.register(PromoCode)
class PromoCodeAdmin(AddedRecordAdmin):
    ordering = ["-id"]
    list_display = [
        "code",
        "kind",
        "percent",
        amount_column("amount", title="Amount", currency="currency"),
        "gives",
        "redeemed",
        "max_redemptions",
        when_column("valid_from", title="From"),
        when_column("valid_until", title="Until"),
    ]
    list_filter = ["kind", "currency"]
    search_fields = ["code"]

    @admin.display(description="On")
    def gives(self, code: PromoCode) -> str:
        if code.invoices is None:
            return "the balance, once"
        return f"{code.invoices} invoices" if code.invoices else "all invoices"

    def add_page(self, request: HttpRequest) -> HttpResponse:
        at = clock.now()
        prefix = value("promo_code_prefix", at=at)
        act = Act(
            title="Add a promo code",
            consequence="Whoever has it may redeem it, within its limits. It is never changed.",
            button="Add",
            back=reverse("admin:billing_promocode_changelist"),
            facts={"Begins with": f"{prefix}-" if prefix else "no prefix"},
        )

        def perform(asked: dict[str, Any]) -> str:
            code = create_promo_code(**_terms(asked), by=staff_label(request), at=at)
            return f"The code is {code}."

        initial = {"currency": value("default_currency", at=at)}
        form = PromoCodeForm(request.POST or None, initial=initial)
        return act_page(request, act, form=form, perform=perform)


def _terms(asked: dict[str, Any]) -> dict[str, Any]:
    """A share is in any currency; a credit has no invoices; empty limits are the usual ones."""
    terms = {name: asked[name] for name in asked if name != "as_credit"}
    if terms["percent"] is not None:
        terms["currency"] = ""
    terms["invoices"] = None if asked["as_credit"] else _or(terms["invoices"], 1)
    terms["max_per_company"] = _or(terms["max_per_company"], 1)
    return terms


def _or(given: int | None, usual: int) -> int:
    return usual if given is None else given


@admin.register(Redemption)
class RedemptionAdmin(RecordAdmin):
    ordering = ["-id"]
    list_display = [
        link_column("code", title="Code"),
        link_column("company", title="Company"),
        "applied",
        "redeemed_by",
        when_column("redeemed_at", title="Redeemed"),
    ]
    list_select_related = ["code", "company"]
    search_fields = ["code__code", "company__name"]
