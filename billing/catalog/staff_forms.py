"""The admin's forms of a plan: what it is, and what a version of it costs."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelect2Widget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from billing.catalog.calc import MB
from billing.catalog.models import Meter, Plan, PlanKind, PlanVersion
from billing.catalog.price_lines import read_prices, written_prices
from billing.catalog.terms import PlanTerms
from billing.money.calc import CURRENCIES, plain
from billing.money.staff_fields import StaffAmountField

_PRICES_HINT = (
    "One a line: a place, a price, a unit. A place is “default”, a country (DE) or the name of a "
    "zone; “CU blocked” blocks a country; “input_tokens/default 0.0015 1k_tokens” names a meter."
)


class VersionForm(forms.Form):
    """Everything that a version fixes. Running subscriptions keep the version they have."""

    prices = forms.CharField(
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 6, "placeholder": "default 0.01 MB"}),
        help_text=_PRICES_HINT,
    )
    fee = StaffAmountField(initial="0", help_text="Per billing period.")
    fee_for = forms.ChoiceField(choices=PlanVersion.FeeFor, widget=UnfoldAdminSelectWidget())
    activation_fee = StaffAmountField(initial="0")
    is_prorated = forms.BooleanField(
        label="Prorated", required=False, widget=UnfoldBooleanSwitchWidget()
    )
    included = forms.IntegerField(
        min_value=0,
        max_value=10**15,
        initial=0,
        widget=UnfoldAdminIntegerFieldWidget(),
        help_text="Per period: MB of data, or base units of another meter.",
    )
    overage_price = StaffAmountField(required=False, help_text="Per MB beyond what is included.")
    validity_days = forms.IntegerField(
        min_value=1, max_value=3660, required=False, widget=UnfoldAdminIntegerFieldWidget()
    )
    increment = forms.ChoiceField(choices=PlanVersion.Increment, widget=UnfoldAdminSelectWidget())
    billing_starts = forms.ChoiceField(
        choices=PlanVersion.BillingStarts, widget=UnfoldAdminSelectWidget()
    )
    effective_from = forms.DateTimeField(
        required=False,
        widget=UnfoldAdminTextInputWidget(),
        help_text="Day and time, such as 2026-04-01 00:00. Empty: at once.",
    )


class PlanForm(VersionForm):
    name = forms.CharField(max_length=120, widget=UnfoldAdminTextInputWidget())
    kind = forms.ChoiceField(
        choices=PlanKind, initial=PlanKind.PAYGO, widget=UnfoldAdminSelectWidget()
    )
    currency = forms.ChoiceField(
        choices=[(code, code) for code in sorted(CURRENCIES)], widget=UnfoldAdminSelect2Widget()
    )
    meter = forms.ModelChoiceField(
        Meter.objects.order_by("key"), initial="data", widget=UnfoldAdminSelectWidget()
    )
    field_order = ["name", "kind", "currency", "meter", "prices"]


def terms_of(asked: dict[str, Any], *, meter: Meter) -> PlanTerms:
    """What was typed, as the catalog takes it. Raise Refused for a price line."""
    return PlanTerms(
        prices=read_prices(asked["prices"]),
        fee=asked["fee"],
        fee_for=asked["fee_for"],
        activation_fee=asked["activation_fee"],
        is_prorated=asked["is_prorated"],
        included=asked["included"] * _size_of_included(meter),
        overage_price=asked["overage_price"],
        validity_days=asked["validity_days"],
        increment=asked["increment"],
        billing_starts=asked["billing_starts"],
        effective_from=asked["effective_from"],
    )


def typed_terms(plan: Plan) -> dict[str, Any]:
    """The newest version of a plan, as the form shows it."""
    version = plan.versions.order_by("-number").first()
    if version is None:
        return {}
    prices = version.prices.filter(note="").select_related("version__plan", "zone")
    return {
        "prices": written_prices(prices.order_by("meter", "country")),
        "fee": plain(version.fee),
        "fee_for": version.fee_for,
        "activation_fee": plain(version.activation_fee),
        "is_prorated": version.prorated,
        "included": int(version.included / _size_of_included(plan.meter)),
        "overage_price": _typed(version.overage_price),
        "validity_days": version.validity_days,
        "increment": version.increment,
        "billing_starts": version.billing_starts,
    }


def _size_of_included(meter: Meter) -> int:
    return MB if meter.base_unit == "byte" else 1


def _typed(amount: Decimal | None) -> str:
    return "" if amount is None else plain(amount)
