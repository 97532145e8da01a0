"""The admin's forms of a SIM."""

from __future__ import annotations

from django import forms
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from accounts.companies.models import Company
from accounts.staff.choosing import ChoiceByTyping
from billing.subscriptions.staff_forms import instant_field, plan_field
from telecom.operators.models import Operator
from telecom.sims.models import Sim


def _digits(fewest: int, most: int, *, required: bool = False) -> forms.RegexField:
    return forms.RegexField(
        rf"^[0-9]{{{fewest},{most}}}$",
        required=required,
        widget=UnfoldAdminTextInputWidget(attrs={"inputmode": "numeric"}),
        error_messages={"invalid": f"{fewest} to {most} digits."},
    )


class SimForm(forms.Form):
    iccid = _digits(19, 20, required=True)
    imsi = _digits(14, 15)
    msisdn = _digits(5, 15)
    operator = forms.ModelChoiceField(
        Operator.objects.order_by("name"), required=False, widget=UnfoldAdminSelectWidget()
    )


class AssignForm(forms.Form):
    company = ChoiceByTyping(Company.objects.all(), Sim._meta.get_field("company"))
    plan = plan_field()
    starts_at = instant_field("May lie in the past.")
