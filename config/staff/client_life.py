"""What staff decide about a client's life: whether it is who it says, and when it ends."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from accounts.companies.models import Company
from accounts.staff.acts import Act, ReasonForm, act_page, staff_label
from billing.ledger.queries import balance
from billing.money.columns import amount_cell
from billing.onboarding.actions.closing import close_account, record_payout
from billing.onboarding.actions.verification import accept_company, refuse_company
from billing.onboarding.downloading import archive_answer
from billing.onboarding.models import SignUp
from billing.onboarding.promises import DepositPromise, deposit_split
from billing.onboarding.queries import closing_of, sign_up_of
from config import clock

ACCEPT, REFUSE = "accept", "refuse"


class VerifyForm(ReasonForm):
    decision = forms.ChoiceField(
        choices=[("", "—"), (ACCEPT, "Accept"), (REFUSE, "Refuse")],
        widget=UnfoldAdminSelectWidget(),
        help_text="Refused, the customer reads the reason.",
    )
    field_order = ["decision", "reason"]


class CloseForm(ReasonForm):
    """The name is typed, so that no slip closes a company."""

    company: Company
    name = forms.CharField(
        max_length=200,
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
        help_text="Type the name of the company.",
    )
    field_order = ["name", "reason"]

    def clean_name(self) -> str:
        typed: str = self.cleaned_data["name"]
        if typed.strip() != self.company.name:
            raise forms.ValidationError("That is not its name.")
        return typed


def verify(request: HttpRequest, company: Company) -> HttpResponse:
    sign_up, at = sign_up_of(company), clock.now()
    act = Act(
        title=f"Verify {company}",
        consequence=_consequence(company, sign_up, deposit_split(sign_up, at=at)),
        button="Decide",
        back=reverse("admin:accounts_company_change", args=[company.pk]),
        facts=_facts(company, sign_up),
        is_final=True,
    )

    def perform(asked: dict[str, Any]) -> str:
        decide = accept_company if asked["decision"] == ACCEPT else refuse_company
        done = decide(company, reason=asked["reason"], by=staff_label(request), at=at)
        return f"{company} is {done.verification}."

    return act_page(request, act, form=VerifyForm(request.POST or None), perform=perform)


def _consequence(company: Company, sign_up: SignUp | None, split: DepositPromise | None) -> str:
    ends = "closed" if company.status == Company.Status.PENDING else "suspended"
    refused = f"Refused: the company is {ends} with your reason"
    if sign_up is None or split is None:
        return f"No deposit is held. {refused}."
    currency = str(split.deposit.currency)
    return (
        f"Accepted: {split.to_card} {currency} of the deposit go back to the card, "
        f"{split.to_balance} {currency} to the balance. {refused}, and the deposit is kept."
    )


def _facts(company: Company, sign_up: SignUp | None) -> dict[str, object]:
    facts: dict[str, object] = {"Status": company.get_status_display()}
    if sign_up is not None:
        facts["Deposit"] = sign_up.get_deposit_display()
        if sign_up.deposit_paid is not None:
            paid = sign_up.deposit_paid
            facts["Paid"] = amount_cell(paid.amount, str(paid.currency))
    return facts


def close(request: HttpRequest, company: Company) -> HttpResponse:
    stands = balance(company)
    act = Act(
        title=f"Close {company}",
        consequence=(
            "At once and for good: services end, SIMs are archived, keys stop working. What was "
            "used is invoiced now; what is left of the balance goes back to the cards it came "
            "from, the newest first, the rest is noted here for a bank transfer. A debt stays an "
            "open invoice."
        ),
        button="Close the account",
        back=reverse("admin:accounts_company_change", args=[company.pk]),
        facts={
            "Status": company.get_status_display(),
            "Balance": amount_cell(stands.balance, stands.currency),
            "To be invoiced": amount_cell(stands.uninvoiced, stands.currency),
        },
        is_final=True,
    )

    def perform(asked: dict[str, Any]) -> str:
        reason = asked["reason"]
        close_account(company, reason=reason, by=staff_label(request), at=clock.now())
        return f"{company} is closed."

    form = CloseForm(request.POST or None)
    form.company = company
    return act_page(request, act, form=form, perform=perform)


def data(request: HttpRequest, company: Company) -> HttpResponseBase:
    """All that is kept of the company and its people, for who asks for it."""
    return archive_answer(company, by=staff_label(request), at=clock.now())


def payout(request: HttpRequest, company: Company) -> HttpResponse:
    closing = closing_of(company)
    if closing is None:
        raise Http404
    act = Act(
        title=f"Record the payout of {company}",
        consequence="You have sent it by bank transfer; it leaves the balance now.",
        button="Record",
        back=reverse("admin:accounts_company_change", args=[company.pk]),
        facts={"To be sent": amount_cell(closing.to_transfer, str(closing.transfer.currency))},
    )

    def perform(asked: dict[str, Any]) -> str:
        by = staff_label(request)
        record_payout(closing, reference=asked["reason"], by=by, at=clock.now())
        return "Recorded."

    form = ReasonForm(request.POST or None)
    form.fields["reason"].label = "Reference of the transfer"
    return act_page(request, act, form=form, perform=perform)
