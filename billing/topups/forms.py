"""Forms of top-up invoices in the portal."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.pages.keys import FormKeyField
from billing.money.forms import AmountFormField
from billing.recharges.forms import MoneyForm


class TopUpForm(MoneyForm):
    """How much to ask for."""

    key = FormKeyField()
    amount = AmountFormField(label=_("Amount"), max_length=40)


class VoidTopUpForm(forms.Form):
    """Why it is not paid."""

    reason = forms.CharField(
        label=_("Why"),
        max_length=300,
        help_text=_("Stands beside its status, for you and for the provider."),
    )
