"""Forms about payment methods and paying."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.pages.keys import FormKeyField

NEW_CARD = "new"


class AddCardForm(forms.Form):
    """The gateway's token of a card; number, expiry and CVC never come here."""

    key = FormKeyField()
    token = forms.CharField(widget=forms.HiddenInput, max_length=255)
    make_default = forms.BooleanField(
        label=_("Charge this card from now on"),
        required=False,
        help_text=_("Automatic recharges and Pay now use it unless you choose another."),
    )


class CardChoiceForm(forms.Form):
    """From which card: a saved one by its id, or a new one by its token."""

    key = FormKeyField()
    card = forms.CharField(max_length=36)
    token = forms.CharField(widget=forms.HiddenInput, max_length=255, required=False)
    pay_in = forms.CharField(max_length=3, required=False)
    keep_card = forms.BooleanField(
        label=_("Save this card"),
        required=False,
        help_text=_("You pay faster next time, and the balance can recharge by itself."),
    )
