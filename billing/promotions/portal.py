"""The portal's field for a promo code."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from accounts.access.exceptions import Refused
from accounts.access.permissions import Permission, requires
from accounts.access.principals import PortalRequest
from accounts.pages.refusals import show_refusal
from billing.promotions.actions import redeem
from billing.promotions.queries import redemptions
from config import clock


class RedeemForm(forms.Form):
    code = forms.CharField(label=_("Promo code"), max_length=40)


@requires(Permission.PAY)
def promo_codes(request: PortalRequest) -> HttpResponseBase:
    """Redeem a code, and see those that were."""
    form = RedeemForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _is_redeemed(request, form):
        messages.success(request, _t("The code is redeemed."))
        return redirect("portal:promo-codes")
    found = redemptions().filter(company=request.company)
    context = {
        "form": form,
        "redemptions": found,
        "currency": request.company.billing_profile.currency,
    }
    return render(request, "billing/promotions/promo_codes.html", context)


def _is_redeemed(request: PortalRequest, form: RedeemForm) -> bool:
    code = form.cleaned_data["code"]
    try:
        redeem(request.company, code, by=request.principal.label, at=clock.now())
    except Refused as refusal:
        show_refusal(form, refusal)
        return False
    return True


urlpatterns = [path("balance/promo-codes/", promo_codes, name="promo-codes")]
