"""Add a client, and edit one: who it is and how it is billed, on one form."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django_countries import countries
from unfold.widgets import (
    UnfoldAdminEmailInputWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelect2Widget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from accounts.access.exceptions import Refused
from accounts.companies.models import Company
from accounts.companies.zones import zone_choices
from accounts.staff.acts import Act, act_page, asking_page, staff_label
from billing.currencies.queries import offered_currencies
from billing.money.calc import plain
from billing.money.formatting import locale_of
from billing.money.staff_fields import StaffAmountField
from billing.onboarding.actions.opening import open_client
from billing.profiles.actions import change_account
from billing.profiles.models import AccountPlan, BillingType, ContractType
from billing.profiles.offering import billing_types_on_offer, contract_types_on_offer
from billing.profiles.queries import account_plans, profile_of
from config import clock
from features.document_settings import LANGUAGES
from features.queries import value

PARTICULARS = (
    "name",
    "legal_name",
    "email",
    "category",
    "country",
    "timezone",
    "language",
    "address",
    "city",
    "postal_code",
    "tax_id",
)
TERMS = (
    "billing_type",
    "contract_type",
    "fixed_amount",
    "currency",
    "minimum_balance",
    "credit_limit",
    "tax_percent",
    "billing_day",
    "wallet_enabled",
    "account_plan",
)


def _text(longest: int, *, required: bool = False, hint: str = "") -> forms.CharField:
    return forms.CharField(
        max_length=longest,
        required=required,
        help_text=hint,
        widget=UnfoldAdminTextInputWidget(),
    )


class ClientForm(forms.Form):
    name = _text(200, required=True)
    legal_name = _text(200, hint="When it differs from the name; printed on invoices.")
    email = forms.EmailField(max_length=254, widget=UnfoldAdminEmailInputWidget())
    category = forms.ChoiceField(choices=Company.Category, widget=UnfoldAdminSelectWidget())
    country = forms.ChoiceField(
        choices=[("", "Choose a country"), *countries], widget=UnfoldAdminSelect2Widget()
    )
    timezone = forms.ChoiceField(
        label="Time zone",
        choices=zone_choices,
        widget=UnfoldAdminSelect2Widget(),
        help_text="Its months begin and end in this zone.",
    )
    language = forms.ChoiceField(
        choices=[(code, locale_of(code).english_name) for code in LANGUAGES],
        required=False,
        widget=UnfoldAdminSelectWidget(),
        help_text="Of its documents; its members read portal and mails in it until they choose.",
    )
    address = _text(300)
    postal_code = _text(20)
    city = _text(120)
    tax_id = _text(40, hint="A VAT number where the country has them; it is checked.")
    billing_type = forms.ChoiceField(
        choices=BillingType,
        widget=UnfoldAdminSelectWidget(),
        help_text="Changed later it holds at once, with a closing invoice.",
    )
    contract_type = forms.ChoiceField(
        label="Contract", choices=ContractType, widget=UnfoldAdminSelectWidget()
    )
    fixed_amount = StaffAmountField(
        required=False,
        help_text="Fixed payment: per month, net, in place of the plans' monthly fees.",
    )
    currency = forms.ChoiceField(
        widget=UnfoldAdminSelect2Widget(),
        help_text="Fixed once there is a transaction.",
    )
    minimum_balance = StaffAmountField(
        initial="0", help_text="Prepaid: the lowest balance at which services run."
    )
    credit_limit = StaffAmountField(
        required=False,
        initial="0",
        help_text="Postpaid, flexible: how far below zero it may go. Empty: without limit.",
    )
    tax_percent = StaffAmountField(
        required=False, help_text="Empty: by the tax rules, or else the rate of the settings."
    )
    billing_day = forms.IntegerField(
        min_value=1,
        max_value=31,
        initial=1,
        widget=UnfoldAdminIntegerFieldWidget(),
        help_text="The day of the month on which its billing periods begin.",
    )
    wallet_enabled = forms.BooleanField(
        label="Wallet",
        required=False,
        initial=True,
        widget=UnfoldBooleanSwitchWidget(),
        help_text="On: pay-as-you-go and refills from the balance are allowed.",
    )
    account_plan = forms.ModelChoiceField(
        queryset=account_plans(),
        to_field_name="key",
        required=False,
        empty_label="None",
        widget=UnfoldAdminSelectWidget(),
        help_text="What it spends at least in a month; the shortfall is charged at the close.",
    )

    def clean_language(self) -> str:
        return str(self.cleaned_data["language"] or settings.LANGUAGE_CODE)

    def clean_account_plan(self) -> str | None:
        plan: AccountPlan | None = self.cleaned_data["account_plan"]
        return None if plan is None else plan.key

    def offer_zone(self, present: str) -> None:
        """What the company has stays on offer, even if it is called after no place."""
        field = self.fields["timezone"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = zone_choices(present)

    def offer_currencies(self, offered: Sequence[str]) -> None:
        field = self.fields["currency"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(code, code) for code in offered]

    def offer_contracts(self, offered: Sequence[ContractType]) -> None:
        """One contract alone is no choice: the fields go."""
        if len(offered) == 1:
            del self.fields["contract_type"], self.fields["fixed_amount"]


class NewClientForm(ClientForm):
    """A client with its owner, as the features of the billing types and contracts allow."""

    owner_email = forms.EmailField(
        label="Owner's e-mail address",
        max_length=254,
        required=False,
        widget=UnfoldAdminEmailInputWidget(),
        help_text="Gets the invitation to the portal. Empty: the address above.",
    )

    def offer(self, *, at: datetime) -> None:
        found = {kind for one in Company.Category for kind in billing_types_on_offer(one, at=at)}
        field = self.fields["billing_type"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(kind, kind.label) for kind in BillingType if kind in found]
        self.offer_contracts(contract_types_on_offer(at=at))
        self.offer_currencies(offered_currencies(at=at))


def add_client(request: HttpRequest) -> HttpResponse:
    at = clock.now()
    initial = {"currency": value("default_currency", at=at), "timezone": "UTC"}
    initial["language"] = settings.LANGUAGE_CODE
    form = NewClientForm(request.POST or None, initial=initial)
    form.offer(at=at)
    back = reverse("admin:accounts_company_changelist")
    act = Act(
        "Add a client", "It can be billed at once; its owner is invited by mail.", "Add", back
    )
    if request.method == "POST" and form.is_valid():
        try:
            company = open_client(**form.cleaned_data, by=staff_label(request), at=at)
        except Refused as refused:
            form.add_error(refused.attr if refused.attr in form.fields else None, refused.detail)
        else:
            return HttpResponseRedirect(reverse("admin:accounts_company_change", args=[company.pk]))
    return asking_page(request, act, form=form)


def edit_client(request: HttpRequest, company: Company) -> HttpResponse:
    act = Act(
        title=f"Edit {company}",
        consequence="Documents that are issued already stay as they are.",
        button="Save",
        back=reverse("admin:accounts_company_change", args=[company.pk]),
    )

    def perform(asked: dict[str, Any]) -> str:
        change_account(
            company,
            particulars={name: asked[name] for name in PARTICULARS},
            terms={name: asked[name] for name in TERMS if name in asked},
            by=staff_label(request),
            at=clock.now(),
        )
        return "Saved."

    form = ClientForm(request.POST or None, initial=_present(company))
    form.offer_zone(company.timezone)

    own = profile_of(company.pk).currency
    form.offer_currencies(list(dict.fromkeys([own, *offered_currencies(at=clock.now())])))
    if profile_of(company.pk).contract_type == ContractType.PAYG:
        form.offer_contracts(contract_types_on_offer(at=clock.now()))
    return act_page(request, act, form=form, perform=perform)


def _present(company: Company) -> dict[str, Any]:
    profile = profile_of(company.pk)
    said = {name: getattr(company, name) for name in PARTICULARS}
    terms = {name: getattr(profile, name) for name in TERMS} | {
        "account_plan": profile.account_plan_id
    }
    for name in ("minimum_balance", "credit_limit", "tax_percent", "fixed_amount"):
        terms[name] = None if terms[name] is None else plain(terms[name])
    return said | terms | {"country": str(company.country)}
