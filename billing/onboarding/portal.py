"""Signing up, signed out; then activation, the only page of an account that waits for it."""

from __future__ import annotations

from allauth.account.utils import perform_login
from allauth.core import ratelimit
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import get_language
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access.exceptions import Refused
from accounts.access.permissions import Permission, requires
from accounts.access.principals import PortalRequest
from accounts.companies.models import Company
from accounts.pages.keys import action_key
from accounts.pages.refusals import show_refusal
from accounts.people.models import User
from billing.onboarding.actions.deposits import pay_deposit
from billing.onboarding.actions.signing_up import Applicant, Confirmed, confirm_terms, sign_up
from billing.onboarding.forms import SignUpForm, TermsForm
from billing.onboarding.models import SignUp
from billing.onboarding.promises import deposit_promise
from billing.onboarding.queries import WAITING, deposit_to_pay, sign_up_of
from billing.payments.browser import talks_to_gateway
from billing.payments.forms import CardChoiceForm
from billing.payments.models import Payment
from billing.payments.portal import GO
from billing.payments.portal_cards import card_choices, chosen_card
from billing.payments.tables import payment_address
from billing.profiles.queries import profile_of
from billing.tax.queries import terms_of
from config import clock
from features.queries import value


@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def signing_up(request: HttpRequest) -> HttpResponseBase:
    """The form, then "look into your mail": the same answer for an address that is known."""
    if request.user.is_authenticated:
        return redirect("portal:dashboard")
    form = SignUpForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        limited: HttpResponseBase | None = ratelimit.consume_or_429(request, action="signup")
        if limited is not None:
            return limited
        if form.is_valid():
            return _signed_up(request, form)
    at = clock.now()
    promise = deposit_promise(value("default_currency", at=at), at=at)
    return render(request, "billing/onboarding/sign_up.html", {"form": form, "promise": promise})


def _signed_up(request: HttpRequest, form: SignUpForm) -> HttpResponseBase:
    given = form.cleaned_data
    email = given["email"]
    if User.objects.filter(email__iexact=email).exists():
        # allauth answers as for a new address, and tells the owner of the known one by mail.
        known: HttpResponseBase = perform_login(request, None, email=email, signup=True)
        return known
    applicant: Applicant = {
        "email": email,
        "password": given["password"],
        "first_name": given["first_name"],
        "last_name": given["last_name"],
    }
    user = sign_up(
        applicant,
        name=form.name,
        category=given["category"],
        country=given["country"],
        timezone=given["timezone"],
        language=get_language() or settings.LANGUAGE_CODE,
        at=clock.now(),
    )
    waiting: HttpResponseBase = perform_login(request, user, signup=True)
    return waiting


@requires(Permission.SEE_MONEY)
@talks_to_gateway
def activation(request: PortalRequest) -> HttpResponseBase:
    """Review and confirm how the account is billed, then pay the deposit if one is asked for."""
    found = sign_up_of(request.company)
    if request.company.status != Company.Status.PENDING:
        return redirect("portal:dashboard")
    at = clock.now()
    deposit = deposit_to_pay(request.company, at=at)
    is_confirmed = found is not None and found.confirmed_at is not None
    if is_confirmed and deposit is not None and "review" not in request.GET:
        return _deposit_page(request, found, CardChoiceForm())
    form = TermsForm(profile=profile_of(request.company.pk), at=at)
    return _terms_page(request, form)


@require_POST
@requires(Permission.PAY)
@talks_to_gateway
def confirm(request: PortalRequest) -> HttpResponseBase:
    """The customer confirms; without a deposit the account is active."""
    form = TermsForm(request.POST, profile=profile_of(request.company.pk), at=clock.now())
    if not form.is_valid():
        return _terms_page(request, form)
    terms: Confirmed = {
        "billing_type": form.cleaned_data["billing_type"],
        "contract_type": form.cleaned_data["contract_type"],
        "fixed_amount": form.cleaned_data.get("fixed_amount"),
    }
    by = request.principal.label
    try:
        confirm_terms(request.company, terms, particulars=form.particulars, by=by, at=clock.now())
    except Refused as refusal:
        show_refusal(form, refusal)
        return _terms_page(request, form)
    return redirect("portal:activation")


@require_POST
@requires(Permission.PAY)
@talks_to_gateway
def deposit(request: PortalRequest) -> HttpResponseBase:
    """Charge the deposit. Sent twice it pays once; the payment's own page tells what came of it."""
    if deposit_to_pay(request.company, at=clock.now()) is None:
        return redirect("portal:activation")
    form = CardChoiceForm(request.POST)
    if form.is_valid():
        try:
            payment = _paid(request, form)
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            if payment.status == Payment.Status.COMPLETED:
                return redirect("portal:dashboard")
            return redirect(f"{payment_address(payment)}?{GO}=1")
    return _deposit_page(request, sign_up_of(request.company), form)


def _paid(request: PortalRequest, form: CardChoiceForm) -> Payment:
    return pay_deposit(
        request.company,
        card=chosen_card(request, form),
        key=action_key(request.principal, form),
        by=request.principal.label,
        at=clock.now(),
    )


def _terms_page(request: PortalRequest, form: TermsForm) -> HttpResponseBase:
    profile, at = profile_of(request.company.pk), clock.now()
    context = {
        "form": form,
        "profile": profile,
        "types": [(kind, kind.label) for kind in form.types],
        "currency": profile.currency,
        "promise": deposit_promise(profile.currency, at=at),
        "tax": terms_of(request.company.pk, at=at),
    }
    return render(request, "billing/onboarding/terms.html", context)


def _deposit_page(
    request: PortalRequest, found: SignUp | None, form: CardChoiceForm
) -> HttpResponseBase:
    profile, at = profile_of(request.company.pk), clock.now()
    last = found.payment if found is not None else None
    context = {
        "form": form,
        "profile": profile,
        "promise": deposit_promise(profile.currency, at=at),
        "last": last,
        "is_waiting": last is not None and last.status in WAITING,
        "support": value("support_contact", at=at),
        **card_choices(request),
    }
    return render(request, "billing/onboarding/deposit.html", context)


signed_out = [path("signup/", signing_up, name="signup")]

urlpatterns = [
    path("activation/", activation, name="activation"),
    path("activation/terms/", confirm, name="activation-terms"),
    path("activation/deposit/", deposit, name="activation-deposit"),
]
