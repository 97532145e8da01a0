"""Forms of Pay now, the recharge rule and the consumption alert, in the company's currency."""

from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from billing.money.forms import AmountFormField
from billing.payments.forms import CardChoiceForm
from billing.payments.models import PaymentMethod

MOST_ADDRESSES = 20


class MoneyForm(forms.Form):
    """A form whose amounts are in one currency."""

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        currency: str,
        initial: dict[str, object] | None = None,
    ) -> None:
        super().__init__(data, initial=initial)
        for field in self.fields.values():
            if isinstance(field, AmountFormField):
                field.in_currency(currency)


class PayForm(MoneyForm, CardChoiceForm):
    """How much, and from which card."""

    amount = AmountFormField(label=_("Amount"), max_length=40)


class RechargeRuleForm(MoneyForm):
    """When and to what the balance is recharged by itself."""

    enabled = forms.BooleanField(label=_("Recharge automatically"), required=False)
    threshold = AmountFormField(
        label=_("Threshold"),
        max_length=40,
        help_text=_("At or below this balance a recharge starts. Holds are not counted."),
    )
    recharge_to = AmountFormField(
        label=_("Recharge to"),
        max_length=40,
        help_text=_("The balance afterwards. We charge the difference, worked out at that moment."),
    )
    payment_method = forms.ModelChoiceField(
        label=_("Card"),
        queryset=PaymentMethod.objects.none(),
        required=False,
        empty_label=_("your default card, once you have one"),
    )
    fallback_methods = forms.ModelMultipleChoiceField(
        label=_("If it fails, try"),
        queryset=PaymentMethod.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("In the order of this list."),
    )
    monthly_cap = AmountFormField(
        label=_("Monthly cap"),
        max_length=40,
        required=False,
        help_text=_("Automatic recharges never take more than this in a calendar month."),
    )
    max_per_day = forms.IntegerField(
        label=_("Recharges per day, at most"),
        min_value=1,
        max_value=50,
        required=False,
        help_text=_("Recharges within 24 hours; empty: the provider's limit."),
    )

    def offer(self, cards: QuerySet[PaymentMethod]) -> None:
        """Let the customer choose among these cards; without a choice the default is charged."""
        default = next((card for card in cards if card.is_default), None)
        for name in ("payment_method", "fallback_methods"):
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset = cards
            if default is not None and name == "payment_method":
                field.empty_label = _("%(card)s (default)") % {"card": default}


class AddressesField(forms.CharField):
    """Several e-mail addresses, one a line or separated by commas."""

    widget = forms.Textarea(attrs={"rows": 2})

    def clean(self, value: str | None) -> list[str]:
        """Raises ValidationError naming the address that is none."""
        text = super().clean(value)
        addresses = list(dict.fromkeys(text.replace(",", " ").replace(";", " ").split()))
        if len(addresses) > MOST_ADDRESSES:
            raise ValidationError(
                _("No more than %(most)s addresses."), params={"most": MOST_ADDRESSES}
            )
        for address in addresses:
            try:
                validate_email(address)
            except ValidationError as error:
                message = _("%(address)s is not an e-mail address.")
                raise ValidationError(message, params={"address": address}) from error
        return addresses

    def prepare_value(self, value: list[str] | str | None) -> str | None:
        return "\n".join(value) if isinstance(value, list) else value


class AlertForm(MoneyForm):
    """Who is told when consumption in the billing period reaches a limit."""

    enabled = forms.BooleanField(label=_("Tell me by e-mail"), required=False)
    limit = AmountFormField(
        label=_("When consumption reaches"),
        max_length=40,
        help_text=_("Consumption in the billing period, tax included. Once a period."),
    )
    emails = AddressesField(
        label=_("Addresses"),
        max_length=4000,
        required=False,
        help_text=_("One per line."),
    )
