"""The portal's page for display and payment currency, while several are on offer."""

from __future__ import annotations

from collections.abc import Sequence

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from accounts.access.exceptions import Refused
from accounts.access.permissions import Permission, requires
from accounts.access.principals import PortalRequest
from accounts.pages.refusals import show_refusal
from billing.currencies.queries import is_multi_currency, offered_currencies, rate_at
from billing.profiles.actions import choose_currencies
from billing.profiles.queries import profile_of
from config import clock


class CurrenciesForm(forms.Form):
    display_currency = forms.ChoiceField(
        label=_("Display currency"),
        required=False,
        help_text=_("Balances and estimates are shown in it too, as a guide at today's rate."),
    )
    payment_currency = forms.ChoiceField(
        label=_("Payment currency"),
        required=False,
        help_text=_("Your cards are charged in it at the rate of the day."),
    )

    def offer(self, own: str, others: Sequence[str]) -> None:
        """The account's own currency is the empty choice."""
        choices = [("", own), *((code, code) for code in others)]
        for field in self.fields.values():
            assert isinstance(field, forms.ChoiceField)
            field.choices = choices


@requires(Permission.PAY)
def currencies(request: PortalRequest) -> HttpResponseBase:
    """Feature `multi_currency` off: there is no such page."""
    at, profile = clock.now(), profile_of(request.company.pk)
    if not is_multi_currency(at=at):
        raise Http404
    others = [code for code in offered_currencies(at=at) if code != profile.currency]
    chosen = {
        "display_currency": profile.display_currency,
        "payment_currency": profile.payment_currency,
    }
    form = CurrenciesForm(request.POST or None, initial=chosen)
    form.offer(profile.currency, list(dict.fromkeys([*others, *filter(None, chosen.values())])))
    if request.method == "POST" and form.is_valid() and _is_chosen(request, form):
        messages.success(request, _t("Your currencies are saved."))
        return redirect("portal:currencies")
    rates = [rate for code in others if (rate := rate_at(profile.currency, code, at=at))]
    context = {"form": form, "currency": profile.currency, "rates": rates}
    return render(request, "billing/payments/currencies.html", context)


def _is_chosen(request: PortalRequest, form: CurrenciesForm) -> bool:
    by = request.principal.label
    try:
        choose_currencies(request.company, **form.cleaned_data, by=by, at=clock.now())
    except Refused as refusal:
        show_refusal(form, refusal)
        return False
    return True


urlpatterns = [path("settings/currencies/", currencies, name="currencies")]
