"""Another billing type for a company: at once with a closing invoice, or with its period."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.timezone import localtime

from accounts.companies.models import Company
from accounts.staff.acts import Act, act_page, select_input, staff_label
from billing.ledger.queries import balance
from billing.money.columns import amount_cell
from billing.profiles.actions import change_terms
from billing.profiles.models import BillingType
from billing.profiles.queries import profile_of
from billing.subscriptions.billing_types import change_with_period
from config import clock

NOW, PERIOD_END = "now", "period_end"


class BillingTypeForm(forms.Form):
    billing_type = forms.ChoiceField(choices=BillingType, widget=select_input())
    holds_from = forms.ChoiceField(
        label="From",
        choices=[(PERIOD_END, "The end of the open period"), (NOW, "Now, with a closing invoice")],
        widget=select_input(),
    )


def billing_type(request: HttpRequest, company: Company) -> HttpResponse:
    profile, stands = profile_of(company.pk), balance(company)
    facts: dict[str, object] = {
        "Now": profile.get_billing_type_display(),
        "Balance": amount_cell(stands.balance, stands.currency),
        "To be invoiced": amount_cell(stands.uninvoiced, stands.currency),
    }
    if profile.next_billing_type_from is not None:
        since = localtime(profile.next_billing_type_from)
        facts["Planned"] = f"{profile.get_next_billing_type_display()} from {since:%Y-%m-%d %H:%M}"
    act = Act(
        title=f"Billing type of {company}",
        consequence=(
            "Funds stay. Now: what was used so far is invoiced at once by the present type. From "
            "the end of the period: its invoice is still by the present type, and choosing that "
            "again takes the change back."
        ),
        button="Change",
        back=reverse("admin:accounts_company_change", args=[company.pk]),
        facts=facts,
    )

    def perform(asked: dict[str, Any]) -> str:
        to, by, at = asked["billing_type"], staff_label(request), clock.now()
        if asked["holds_from"] == NOW:
            change_terms(company, {"billing_type": to}, by=by, at=at)
            return f"{company} is {to}."
        planned = change_with_period(company, to, by=by, at=at).next_billing_type_from
        if planned is None:
            return "Nothing is planned."
        return f"{company} is {to} from {localtime(planned):%Y-%m-%d %H:%M} on."

    form = BillingTypeForm(request.POST or None, initial={"billing_type": profile.billing_type})
    return act_page(request, act, form=form, perform=perform)
