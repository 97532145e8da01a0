"""Forms of sign-up and activation."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django_countries import countries

from accounts.companies.models import Company
from accounts.companies.zones import zone_choices
from accounts.people.forms import JoinForm
from billing.money.forms import AmountFormField
from billing.profiles.models import BillingProfile, ContractType
from billing.profiles.offering import billing_types_on_offer, contract_types_on_offer
from billing.recharges.forms import MoneyForm

MEANING = {
    "prepaid": _("Prepaid: you pay in first and use it up."),
    "postpaid": _("Postpaid: you get an invoice each month and pay it."),
    "flexible": _("Flexible: what you paid in is used first, the invoice asks for the rest."),
}
CONTRACTS = {
    "payg": _("Pay as you go: what you use, and the fees of your plans."),
    "fixed": _("Fixed payment: a set amount each month, and what goes beyond your plans."),
}


class SignUpForm(JoinForm):
    """Who signs up, and for whom."""

    category = forms.ChoiceField(
        label=_("For"),
        choices=[("organization", _("An organization")), ("individual", _("Myself"))],
        initial="organization",
        widget=forms.RadioSelect,
    )
    company = forms.CharField(
        label=_("Name of the organization"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
        help_text=_("Leave it empty if you sign up for yourself."),
    )
    email = forms.EmailField(
        label=_("E-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        help_text=_("We send a link there. Sign-in, invoices and receipts go by it."),
    )
    country = forms.ChoiceField(
        label=_("Country"), choices=[("", _("Choose a country")), *list(countries)]
    )
    timezone = forms.ChoiceField(
        label=_("Time zone"),
        choices=zone_choices,
        initial="UTC",
        help_text=_("Your months begin and end in this zone."),
    )
    field_order = [
        "category",
        "company",
        "first_name",
        "last_name",
        "email",
        "password",
        "country",
        "timezone",
    ]

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        is_organization = given.get("category") == Company.Category.ORGANIZATION
        if is_organization and not given.get("company"):
            self.add_error("company", _("Say the name of the organization."))
        return given

    @property
    def name(self) -> str:
        """The company's name: its own, or the person's."""
        given = self.cleaned_data
        if given["category"] == Company.Category.ORGANIZATION:
            return str(given["company"])
        return f"{given['first_name']} {given['last_name']}"


class TermsForm(MoneyForm):
    """What the customer reviews and confirms: one choice alone is not asked for."""

    billing_type = forms.ChoiceField(label=_("How you pay"), widget=forms.RadioSelect)
    contract_type = forms.ChoiceField(label=_("Contract"), widget=forms.RadioSelect)
    fixed_amount = AmountFormField(
        label=_("Set amount per month"),
        max_length=40,
        required=False,
        help_text=_("For a fixed payment, net of tax."),
    )
    legal_name = forms.CharField(
        label=_("Legal name"),
        max_length=200,
        required=False,
        help_text=_("When it differs from the name above. Printed on invoices."),
    )
    address = forms.CharField(label=_("Address"), max_length=300, required=False)
    postal_code = forms.CharField(label=_("Postal code"), max_length=20, required=False)
    city = forms.CharField(label=_("City"), max_length=120, required=False)
    tax_id = forms.CharField(label=_("Tax number"), max_length=40, required=False)

    PARTICULARS = ("legal_name", "address", "postal_code", "city", "tax_id")

    def __init__(
        self, data: QueryDict | None = None, *, profile: BillingProfile, at: datetime
    ) -> None:
        company = profile.company
        initial: dict[str, object] = {name: getattr(company, name) for name in self.PARTICULARS} | {
            "billing_type": profile.billing_type,
            "contract_type": profile.contract_type,
        }
        super().__init__(data, currency=profile.currency, initial=initial)
        self.types = billing_types_on_offer(company.category, at=at)
        self.contracts = contract_types_on_offer(at=at)
        self._offer("billing_type", {kind.value: MEANING[kind] for kind in self.types})
        self._offer("contract_type", {kind.value: CONTRACTS[kind] for kind in self.contracts})
        if ContractType.FIXED not in self.contracts:
            del self.fields["fixed_amount"]

    def clean(self) -> dict[str, Any]:
        """The one choice that was not asked for is the answer."""
        given = super().clean() or self.cleaned_data
        given.setdefault("billing_type", self.types[0].value)
        given.setdefault("contract_type", self.contracts[0].value)
        return given

    @property
    def particulars(self) -> dict[str, str]:
        return {name: str(self.cleaned_data[name]) for name in self.PARTICULARS}

    def _offer(self, name: str, choices: dict[str, Any]) -> None:
        if len(choices) == 1:
            del self.fields[name]
            return
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = list(choices.items())
