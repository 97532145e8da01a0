"""Discounts and additional services of customers; added on the company's page, ended here."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from unfold.decorators import action

from accounts.companies.models import Company
from accounts.staff.acts import (
    Act,
    ReasonForm,
    act_page,
    asking_page,
    record_or_404,
    staff_label,
)
from accounts.staff.choosing import ChoiceByTyping
from accounts.staff.columns import link_column, when_column
from accounts.staff.records import AddedRecordAdmin
from billing.discounts.actions import end_discount
from billing.discounts.models import Discount
from billing.money.columns import amount_column
from config import clock


class CompanyForm(forms.Form):
    company = ChoiceByTyping(Company.objects.all(), Discount._meta.get_field("company"))


@admin.register(Discount)
class DiscountAdmin(AddedRecordAdmin):
    ordering = ["-id"]
    list_display = [
        "name",
        link_column("company", title="Company"),
        "target",
        "percent",
        amount_column("amount", title="Amount", currency="company__billing_profile__currency"),
        "starts",
        "months",
        when_column("ended_at", title="Ended"),
    ]
    list_filter = [("ended_at", admin.EmptyFieldListFilter), "starts"]
    list_select_related = ["company__billing_profile", "plan"]
    search_fields = ["name", "company__name"]
    autocomplete_fields = ["company"]
    actions_detail = ["end"]

    @admin.display(description="On")
    def target(self, discount: Discount) -> str:
        return str(discount.plan or "the whole bill")

    @admin.display(description="Months", ordering="cycles")
    def months(self, discount: Discount) -> str:
        return str(discount.cycles) if discount.cycles else "until ended"

    def add_page(self, request: HttpRequest) -> HttpResponse:
        """Whose it is; the rest is asked for on the company's own page."""
        form = CompanyForm(request.POST or None)
        if form.is_valid():
            return HttpResponseRedirect(
                reverse("admin:company_discount", args=[form.cleaned_data["company"].pk])
            )
        act = Act(
            title="Add a discount or additional service",
            consequence="It belongs to one company: say which, its terms come next.",
            button="Go on",
            back=reverse("admin:billing_discount_changelist"),
        )
        return asking_page(request, act, form=form)

    @action(  # type: ignore[untyped-decorator]
        description="End", icon="block", permissions=["billing.change_discount"]
    )
    def end(self, request: HttpRequest, object_id: str) -> HttpResponse:
        discount = record_or_404(Discount, object_id)
        act = Act(
            title=f"End {discount}",
            consequence="The open period is not adjusted by it any more; issued invoices stay.",
            button="End it",
            back=reverse("admin:billing_discount_change", args=[discount.pk]),
            facts={"Company": discount.company},
        )

        def perform(asked: dict[str, Any]) -> str:
            end_discount(
                discount.pk, reason=asked["reason"], by=staff_label(request), at=clock.now()
            )
            return f"{discount} is ended."

        return act_page(request, act, form=ReasonForm(request.POST or None), perform=perform)
