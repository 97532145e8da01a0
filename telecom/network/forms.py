"""Forms of instances and addresses in the portal."""

from __future__ import annotations

from django import forms
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from accounts.companies.models import Company
from config import clock
from telecom.network.calc import AddressKind
from telecom.network.exchange import offerings_for
from telecom.network.models import Instance, Offering
from telecom.network.queries import held, instances

MOST_ADDRESSES = 20
KINDS = [
    (AddressKind.ADDITIONAL.value, _("Additional address, public")),
    (AddressKind.DEFAULT.value, _("Default address of an instance, public")),
    (AddressKind.SECONDARY.value, _("Secondary address of an instance")),
]


class EstimateForm(forms.Form):
    """An instance with the addresses that it shall have."""

    offering = forms.ModelChoiceField(
        label=_("Offering"), queryset=Offering.objects.none(), empty_label=None
    )
    default_address = forms.BooleanField(
        label=_("With a default public address"), required=False, initial=True
    )
    additional_addresses = forms.IntegerField(
        label=_("Additional public addresses"), min_value=0, max_value=MOST_ADDRESSES, initial=0
    )
    secondary_addresses = forms.IntegerField(
        label=_("Secondary addresses"), min_value=0, max_value=MOST_ADDRESSES, initial=0
    )

    def __init__(self, data: QueryDict | None = None, *, company: Company) -> None:
        super().__init__(data)
        choices = self.fields["offering"]
        assert isinstance(choices, forms.ModelChoiceField)
        choices.queryset = offerings_for(company, at=clock.now())

    @property
    def kinds(self) -> list[AddressKind]:
        """The addresses that were asked for, in the order in which they are acquired."""
        asked = self.cleaned_data
        return [
            *[AddressKind.DEFAULT] * asked["default_address"],
            *[AddressKind.ADDITIONAL] * asked["additional_addresses"],
            *[AddressKind.SECONDARY] * asked["secondary_addresses"],
        ]


class InstanceForm(EstimateForm):
    """The same, to be run under a name."""

    name = forms.CharField(label=_("Name"), max_length=100)


class AcquireForm(forms.Form):
    """An address to hold."""

    kind = forms.ChoiceField(label=_("Kind"), choices=KINDS, widget=forms.RadioSelect)
    instance = forms.ModelChoiceField(
        label=_("Instance"),
        queryset=Instance.objects.none(),
        required=False,
        empty_label=_("none"),
        help_text=_("Default and secondary addresses belong to an instance."),
    )

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        company: Company,
        initial: dict[str, object] | None = None,
    ) -> None:
        super().__init__(data, initial=initial)
        choices = self.fields["instance"]
        assert isinstance(choices, forms.ModelChoiceField)
        choices.queryset = _of(company)


def _of(company: Company) -> QuerySet[Instance]:
    return held(instances()).filter(company=company)
