"""Tax rules: a new one takes the place of the last from an instant on; none is ever changed."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from unfold.decorators import display

from accounts.staff.acts import Act, act_page, staff_label
from accounts.staff.columns import when_column
from accounts.staff.records import AddedRecordAdmin
from billing.money.calc import plain
from billing.tax.actions import set_tax_rule
from billing.tax.forms import TaxRuleForm
from billing.tax.models import TaxRule
from billing.tax.queries import rules_in_force
from config import clock

HOLDS, FOLLOWS, OVER = "holds", "follows", "over"


@admin.register(TaxRule)
class TaxRuleAdmin(AddedRecordAdmin):
    ordering = ["country", "category", "-valid_from"]
    list_display = [
        "place",
        "category",
        "treatment",
        "rate",
        "name",
        "prices",
        "state",
        when_column("valid_from", title="From"),
        "set_by",
    ]
    list_filter = ["treatment", "category"]
    search_fields = ["=country", "name", "set_by"]

    @admin.display(description="Country", ordering="country")
    def place(self, rule: TaxRule) -> str:
        return rule.place

    @admin.display(description="Rate", ordering="percent")
    def rate(self, rule: TaxRule) -> str:
        return f"{plain(rule.percent)}\N{NO-BREAK SPACE}%" if rule.treatment else ""

    @admin.display(description="Prices", ordering="includes_tax")
    def prices(self, rule: TaxRule) -> str:
        if rule.includes_tax is None:
            return "by the settings"
        return "with tax" if rule.includes_tax else "before tax"

    @display(  # type: ignore[untyped-decorator]
        description="State", label={HOLDS: "success", FOLLOWS: "info", OVER: "default"}
    )
    def state(self, rule: TaxRule) -> str:
        now = clock.now()
        if rule.valid_from > now:
            return FOLLOWS
        return HOLDS if rule in rules_in_force(at=now) else OVER

    def add_page(self, request: HttpRequest) -> HttpResponse:
        form = TaxRuleForm(request.POST or None, initial=request.GET.dict())
        act = Act(
            title="Set a tax rule",
            consequence="Use and fees from its instant on go by it; nothing earlier changes. "
            "A company with a rate of its own keeps that.",
            button="Set",
            back=reverse("admin:billing_taxrule_changelist"),
        )

        def perform(asked: dict[str, Any]) -> str:
            rule = set_tax_rule(**form.rule, by=staff_label(request), at=clock.now())
            return f"{rule} is set."

        return act_page(request, act, form=form, perform=perform)
