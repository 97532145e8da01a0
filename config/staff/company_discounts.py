"""A discount or an additional service for a company, on its page."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from unfold.widgets import UnfoldAdminIntegerFieldWidget

from accounts.companies.models import Company
from accounts.staff.acts import Act, act_page, select_input, staff_label, text_input
from billing.catalog.models import Plan
from billing.catalog.queries import plans_for
from billing.discounts.actions import add_discount
from billing.money.staff_fields import StaffAmountField
from billing.profiles.queries import profile_of
from config import clock


class DiscountForm(forms.Form):
    name = forms.CharField(
        max_length=120, widget=text_input(), help_text="The words of its line on the invoice."
    )
    starts = forms.DateField(
        label="From",
        widget=text_input(placeholder="2026-05-01"),
        help_text="A day of the first month.",
    )
    cycles = forms.IntegerField(
        label="Billing periods",
        min_value=0,
        max_value=1200,
        initial=1,
        widget=UnfoldAdminIntegerFieldWidget(),
        help_text="For how many; 0 is until it is ended.",
    )
    percent = StaffAmountField(
        required=False, help_text="Of usage and fees; -10 is a discount, 5 a surcharge."
    )
    amount = StaffAmountField(
        required=False, help_text="Instead of a percentage, before tax, for each period."
    )
    plan = forms.ModelChoiceField(
        queryset=Plan.objects.none(),
        required=False,
        empty_label="The whole bill",
        widget=select_input(),
    )


def add_discount_page(request: HttpRequest, company: Company) -> HttpResponse:
    currency = profile_of(company.pk).currency
    act = Act(
        title=f"Discount or additional service for {company}",
        consequence="A line of its own on each invoice of those months, booked at their close.",
        button="Add",
        back=reverse("admin:accounts_company_change", args=[company.pk]),
        facts={"Currency": currency},
    )

    def perform(asked: dict[str, Any]) -> str:
        done = add_discount(company, **asked, by=staff_label(request), at=clock.now())
        return f"{done} holds from {done.starts:%B %Y} on."

    form = DiscountForm(request.POST or None, initial={"starts": f"{clock.now():%Y-%m-01}"})
    form.fields["plan"].queryset = plans_for(company).filter(currency=currency)  # type: ignore[attr-defined]
    return act_page(request, act, form=form, perform=perform)
