"""The owner closes the account, typing its name, or takes away all that is kept of it."""

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
from accounts.companies.models import Company
from accounts.pages.refusals import show_refusal
from billing.ledger.queries import balance
from billing.onboarding.actions.closing import close_account
from billing.onboarding.downloading import archive_answer
from billing.onboarding.queries import closing_of
from config import clock


class CloseForm(forms.Form):
    """The name, as it stands there, and why."""

    name = forms.CharField(
        label=_("Name of the company"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=_("Type it as it stands above, so that no slip closes the account."),
    )
    reason = forms.CharField(label=_("Why"), max_length=300)

    def __init__(self, *arguments: object, company: Company) -> None:
        super().__init__(*arguments)  # type: ignore[arg-type]
        self.company = company

    def clean_name(self) -> str:
        typed: str = self.cleaned_data["name"]
        if typed.strip() != self.company.name:
            raise forms.ValidationError(_t("That is not its name."))
        return typed


@requires(Permission.CLOSE_COMPANY)
def close(request: PortalRequest) -> HttpResponseBase:
    """What will happen, and what has when it is done."""
    company = request.company
    form = CloseForm(*([request.POST] if request.method == "POST" else []), company=company)
    if request.method == "POST" and form.is_valid():
        reason, by = form.cleaned_data["reason"], request.principal.label
        try:
            close_account(company, reason=reason, by=by, at=clock.now())
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _t("The account is closed."))
            return redirect("portal:close")
    context = {
        "form": form,
        "company": company,
        "money": balance(company),
        "closing": closing_of(company),
    }
    return render(request, "billing/onboarding/close.html", context)


@requires(Permission.CLOSE_COMPANY)
def data(request: PortalRequest) -> HttpResponseBase:
    """All that is kept of the company and its people; who took it is on record."""
    return archive_answer(request.company, by=request.principal.label, at=clock.now())


urlpatterns = [
    path("profile/close/", close, name="close"),
    path("profile/data/", data, name="personal-data"),
]
