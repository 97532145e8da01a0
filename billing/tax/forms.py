"""The staff's form of a tax rule."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django_countries import countries
from unfold.widgets import UnfoldAdminSelect2Widget, UnfoldAdminSplitDateTimeWidget

from accounts.staff.acts import select_input, text_input
from billing.money.staff_fields import StaffAmountField
from billing.tax.calc import ANYWHERE, EU
from billing.tax.models import TREATMENTS, WITHDRAWN, TaxRule

_ELSEWHERE, _WITHDRAWN = "-", "withdrawn"
_AS_SET, _INCLUDED, _ON_TOP = "", "yes", "no"
_INCLUDES = {_AS_SET: None, _INCLUDED: True, _ON_TOP: False}


class TaxRuleForm(forms.Form):
    country = forms.ChoiceField(
        choices=[
            ("", "Choose a country"),
            (EU, "European Union: the other member states"),
            (_ELSEWHERE, "Any other country"),
            *countries,
        ],
        widget=UnfoldAdminSelect2Widget(),
        help_text="The most particular rule holds: the country's, then the EU's, then any other's.",
    )
    category = forms.ChoiceField(
        label="For", choices=TaxRule.Client.choices, required=False, widget=select_input()
    )
    treatment = forms.ChoiceField(
        choices=[*TREATMENTS, (_WITHDRAWN, "Withdrawn: no rule from then on")],
        widget=select_input(),
        help_text="Reverse charge holds for organizations abroad with a valid VAT number; "
        "for all others the next rule does.",
    )
    percent = StaffAmountField(
        label="Rate in percent", required=False, help_text="For the standard treatment only."
    )
    name = forms.CharField(
        max_length=32,
        required=False,
        widget=text_input(),
        help_text="Such as VAT or GST; printed. Empty: the name of the billing settings.",
    )
    reason = forms.CharField(
        max_length=200,
        required=False,
        widget=text_input(),
        help_text="Why no tax is due; printed. An exempt treatment needs one.",
    )
    includes_tax = forms.ChoiceField(
        label="Prices include it",
        choices=[(_AS_SET, "As the billing settings say"), (_INCLUDED, "Yes"), (_ON_TOP, "No")],
        required=False,
        widget=select_input(),
    )
    valid_from = forms.SplitDateTimeField(
        label="From",
        required=False,
        widget=UnfoldAdminSplitDateTimeWidget(),
        help_text="UTC. Empty: now. It changes no charge for use before.",
    )

    @property
    def rule(self) -> dict[str, Any]:
        """Arguments of `set_tax_rule`."""
        asked = self.cleaned_data
        is_withdrawn = asked["treatment"] == _WITHDRAWN
        return asked | {
            "country": ANYWHERE if asked["country"] == _ELSEWHERE else asked["country"],
            "treatment": WITHDRAWN if is_withdrawn else asked["treatment"],
            "percent": asked["percent"] or Decimal(0),
            "includes_tax": _INCLUDES[asked["includes_tax"]],
        }
