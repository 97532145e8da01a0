"""The admin's forms of instances, addresses and what they cost."""

from __future__ import annotations

from django import forms
from unfold.widgets import (
    UnfoldAdminSelect2Widget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from accounts.companies.models import Company
from accounts.staff.choosing import ChoiceByTyping
from billing.money.calc import CURRENCIES
from billing.money.staff_fields import StaffAmountField
from telecom.network.models import ADDRESS_KINDS, Address, Instance, Offering
from telecom.network.queries import held, instances, offerings

_CODES = [(code, code) for code in sorted(CURRENCIES)]


class OfferingForm(forms.Form):
    name = forms.CharField(max_length=100, widget=UnfoldAdminTextInputWidget())
    currency = forms.ChoiceField(choices=_CODES, widget=UnfoldAdminSelect2Widget())
    hourly_price = StaffAmountField(required=False, help_text="Per full hour, before tax.")
    monthly_fee = StaffAmountField(
        required=False, help_text="Instead: what a whole billing period costs."
    )
    is_custom = forms.BooleanField(
        label="Custom",
        required=False,
        widget=UnfoldBooleanSwitchWidget(),
        help_text="Its instances run on past the credit limit by the share of the settings.",
    )

    def clean(self) -> None:
        asked = self.cleaned_data
        prices = [asked.get(name) for name in ("hourly_price", "monthly_fee")]
        given = [price for price in prices if price is not None]
        if not self.errors and len(given) != 1:
            self.add_error("hourly_price", "Give a price per hour or a monthly fee.")
        if any(price < 0 for price in given):
            self.add_error(None, "A price is not below zero.")


class AddressPriceForm(forms.Form):
    currency = forms.ChoiceField(choices=_CODES, widget=UnfoldAdminSelect2Widget())
    public = StaffAmountField(help_text="An hour of a default or additional address.")
    secondary = StaffAmountField(help_text="An hour of a secondary address.")

    def clean(self) -> None:
        for name in ("public", "secondary"):
            if (price := self.cleaned_data.get(name)) is not None and price < 0:
                self.add_error(name, "A price is not below zero.")


class InstanceForm(forms.Form):
    company = ChoiceByTyping(Company.objects.all(), Instance._meta.get_field("company"))
    offering = forms.ModelChoiceField(Offering.objects.none(), widget=UnfoldAdminSelectWidget())
    name = forms.CharField(max_length=100, widget=UnfoldAdminTextInputWidget())

    def __init__(self, data: object = None) -> None:
        super().__init__(data)  # type: ignore[arg-type]
        self.fields["offering"].queryset = offerings()  # type: ignore[attr-defined]


class AddressForm(forms.Form):
    company = ChoiceByTyping(Company.objects.all(), Address._meta.get_field("company"))
    kind = forms.ChoiceField(choices=ADDRESS_KINDS, widget=UnfoldAdminSelectWidget())
    instance = ChoiceByTyping(
        held(instances()), Address._meta.get_field("instance"), required=False
    )
