"""The admin's forms of a subscription."""

from __future__ import annotations

from django import forms
from unfold.widgets import UnfoldAdminSelect2Widget, UnfoldAdminTextInputWidget

from accounts.companies.models import Company
from accounts.staff.choosing import ChoiceByTyping
from billing.catalog.models import Plan
from billing.subscriptions.models import Subscription


def instant_field(hint: str = "") -> forms.DateTimeField:
    """An optional day and time in the person's zone."""
    return forms.DateTimeField(
        required=False,
        widget=UnfoldAdminTextInputWidget(),
        help_text=f"Day and time, such as 2026-04-01 00:00. Empty: now. {hint}".strip(),
    )


def plan_field() -> forms.ModelChoiceField:  # type: ignore[type-arg]  # plain at run time
    """Any plan by name: who assigns it need not be allowed to see its prices."""
    return forms.ModelChoiceField(Plan.objects.order_by("name"), widget=UnfoldAdminSelect2Widget())


class InstantForm(forms.Form):
    at = instant_field()


class ChangePlanForm(forms.Form):
    plan = plan_field()
    at = instant_field()


class SubscribeForm(forms.Form):
    company = ChoiceByTyping(Company.objects.all(), Subscription._meta.get_field("company"))
    plan = plan_field()
    subject = forms.CharField(
        max_length=128,
        widget=UnfoldAdminTextInputWidget(),
        help_text="The key that its usage comes under; unique among all subjects in force.",
    )
    starts_at = instant_field("May lie in the past.")
