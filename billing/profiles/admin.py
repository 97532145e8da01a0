"""Account plans. One is never changed: another commitment is another plan."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from accounts.staff.acts import Act, act_page, select_input, staff_label, text_input
from accounts.staff.columns import when_column
from accounts.staff.records import AddedRecordAdmin
from billing.money.calc import CURRENCIES
from billing.money.columns import amount_column
from billing.money.staff_fields import StaffAmountField
from billing.profiles.actions import add_account_plan
from billing.profiles.models import AccountPlan
from config import clock
from features.queries import value


class AccountPlanForm(forms.Form):
    key = forms.SlugField(
        max_length=64, widget=text_input(), help_text="Names it in the API, such as default."
    )
    title = forms.CharField(max_length=120, widget=text_input())
    currency = forms.ChoiceField(
        choices=[(code, code) for code in sorted(CURRENCIES)], widget=select_input()
    )
    monthly_commitment = StaffAmountField(
        help_text="What a company spends at least in a whole month, before tax; 0 is nothing."
    )


@admin.register(AccountPlan)
class AccountPlanAdmin(AddedRecordAdmin):
    list_display = [
        "title",
        "key",
        amount_column("monthly_commitment", title="Monthly commitment", currency="currency"),
        when_column("created_at", title="Since"),
    ]
    search_fields = ["key", "title"]

    def add_page(self, request: HttpRequest) -> HttpResponse:
        act = Act(
            title="Add an account plan",
            consequence="A company on it is charged the shortfall when its month is closed.",
            button="Add",
            back=reverse("admin:billing_accountplan_changelist"),
        )

        def perform(asked: dict[str, Any]) -> str:
            plan = add_account_plan(
                asked["key"],
                title=asked["title"],
                currency=asked["currency"],
                monthly_commitment=asked["monthly_commitment"],
                by=staff_label(request),
                at=clock.now(),
            )
            return f"{plan} is on offer."

        initial = {"currency": value("default_currency", at=clock.now())}
        form = AccountPlanForm(request.POST or None, initial=initial)
        return act_page(request, act, form=form, perform=perform)
