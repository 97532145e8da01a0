"""The payment methods page: saved cards, a new card, bank details."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _t
from django.views.decorators.http import require_POST

from accounts.access.exceptions import Refused
from accounts.access.permissions import Permission, requires
from accounts.access.principals import PortalRequest
from accounts.pages.confirmation import confirmation, is_confirmed
from accounts.pages.keys import action_key
from billing.currencies.queries import is_multi_currency, offered_currencies, rate_at
from billing.payments.actions.methods import (
    add_method,
    make_default,
    one_off_card,
    remove_method,
)
from billing.payments.availability import bank_details, is_available
from billing.payments.browser import browser_gateway, talks_to_gateway
from billing.payments.conversion import payment_currency
from billing.payments.exceptions import UnknownPaymentMethod
from billing.payments.forms import NEW_CARD, AddCardForm, CardChoiceForm
from billing.payments.models import PaymentMethod
from billing.payments.queries import least_recharge, most_recharge, saved_methods
from billing.profiles.queries import profile_of
from config import clock
from features.queries import value

GATEWAY = "stripe"


def payment_is_off(request: PortalRequest) -> HttpResponse | None:
    """Feature `portal_payment` off: 403 with the bank details instead of any payment page."""
    at = clock.now()
    if value("portal_payment", at=at):
        return None
    context = {"bank_details": bank_details(request.company, at=at)}
    return render(request, "billing/payments/payment_off.html", context, status=403)


def chosen_card(request: PortalRequest, form: CardChoiceForm) -> PaymentMethod:
    """The card that the form names: a saved one, or a new one, kept when asked to.

    Calls the gateway for a new one. Raises CardDeclined, UnknownPaymentMethod,
    GatewayNotAvailable, TryGatewayLater.
    """
    named, token, at = form.cleaned_data["card"], form.cleaned_data["token"], clock.now()
    if named != NEW_CARD:
        return _saved(request, named)
    if not form.cleaned_data["keep_card"]:
        return one_off_card(request.company, gateway=GATEWAY, token=token, at=at)
    return add_method(
        request.company,
        gateway=GATEWAY,
        token=token,
        make_default=False,
        key=action_key(request.principal, form),
        by=request.principal.label,
        at=at,
    )


def _saved(request: PortalRequest, named: str) -> PaymentMethod:
    found = next((one for one in saved_methods(request.company) if str(one.pk) == named), None)
    if found is None:
        raise UnknownPaymentMethod
    return found


def card_choices(request: PortalRequest) -> dict[str, object]:
    """What a form that lets one choose a card shows."""
    return {
        "methods": saved_methods(request.company),
        "gateway": browser_gateway(),
        "takes_cards": is_available(GATEWAY, request.company),
        "pay_in": pay_in_choices(request),
    }


def pay_in_choices(request: PortalRequest) -> list[dict[str, object]]:
    """The currencies that a card may be charged in, with their rates; none to choose is empty."""
    at, profile = clock.now(), profile_of(request.company.pk)
    if not is_multi_currency(at=at):
        return []
    liked = payment_currency(request.company, asked=None, at=at)
    others = [code for code in offered_currencies(at=at) if code != profile.currency]
    rates = [rate for code in others if (rate := rate_at(profile.currency, code, at=at))]
    own = {"code": profile.currency, "is_chosen": liked == profile.currency}
    found = [
        {"code": rate.currency, "rate": rate, "is_chosen": liked == rate.currency} for rate in rates
    ]
    return [own, *found] if found else []


@requires(Permission.PAY)
@talks_to_gateway
def payment_settings(request: PortalRequest) -> HttpResponseBase:
    """Saved cards, the form for a new one, and how to pay by bank transfer."""
    off = payment_is_off(request)
    if off is not None:
        return off
    refusal = _add(request, AddCardForm(request.POST)) if request.method == "POST" else ""
    if request.method == "POST" and not refusal:
        messages.success(request, _t("The card is saved."))
        return redirect("portal:payment-settings")
    at, currency = clock.now(), request.company.billing_profile.currency
    context = {
        "form": AddCardForm(),
        "refusal": refusal,
        **card_choices(request),
        "bank_details": bank_details(request.company, at=at),
        "minimum": least_recharge(currency, at=at),
        "maximum": most_recharge(currency, at=at),
        "currency": currency,
    }
    return render(request, "billing/payments/payment_settings.html", context)


def _add(request: PortalRequest, form: AddCardForm) -> str:
    """Why the card was not saved; empty when it was. A new try comes with a new key and token."""
    if not form.is_valid():
        return _t("The card did not reach us. Enter it again.")
    try:
        add_method(
            request.company,
            gateway=GATEWAY,
            token=form.cleaned_data["token"],
            make_default=form.cleaned_data["make_default"],
            key=action_key(request.principal, form),
            by=request.principal.label,
            at=clock.now(),
        )
    except Refused as refused:
        return refused.detail
    return ""


@require_POST
@requires(Permission.PAY)
def default(request: PortalRequest, method_id: UUID) -> HttpResponseBase:
    """Charge this card from now on."""
    off = payment_is_off(request)
    if off is not None:
        return off
    method = get_object_or_404(saved_methods(request.company), pk=method_id)
    make_default(method, by=request.principal.label, at=clock.now())
    messages.success(request, _t("%(card)s is charged from now on.") % {"card": method})
    return redirect("portal:payment-settings")


@require_POST
@requires(Permission.PAY)
def remove(request: PortalRequest, method_id: UUID) -> HttpResponseBase:
    """Forget a card."""
    off = payment_is_off(request)
    if off is not None:
        return off
    method = get_object_or_404(saved_methods(request.company), pk=method_id)
    if not is_confirmed(request):
        return confirmation(
            request,
            title=_t("Remove %(card)s?") % {"card": method},
            text=_t("It is not charged any more. To use it again you enter it again."),
            yes=_t("Remove"),
            back=reverse("portal:payment-settings"),
        )
    remove_method(method, by=request.principal.label, at=clock.now())
    messages.success(request, _t("%(card)s is removed.") % {"card": method})
    return redirect("portal:payment-settings")


urlpatterns = [
    path("profile/payment/", payment_settings, name="payment-settings"),
    path("profile/payment/<uuid:method_id>/default/", default, name="card-default"),
    path("profile/payment/<uuid:method_id>/remove/", remove, name="card-remove"),
]
