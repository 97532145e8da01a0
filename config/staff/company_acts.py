"""What staff do to a company: each a page that says what will happen, asks why, and acts."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.timezone import localtime
from djmoney.money import Money
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from accounts.access.acting import look_at_company
from accounts.audit.actions import record
from accounts.companies.actions import reactivate_company, suspend_company
from accounts.companies.models import Company
from accounts.staff.acts import (
    Act,
    ConfirmForm,
    KeyedForm,
    ReasonForm,
    act_page,
    asking_page,
    staff_address,
    staff_label,
)
from billing.ledger.adjustments import propose_adjustment
from billing.ledger.models import Adjustment
from billing.ledger.queries import balance, most_alone
from billing.money.calc import minor_digits, plain
from billing.money.columns import amount_cell
from billing.money.staff_fields import StaffAmountField
from billing.payments.actions.standing import note_reviewed
from billing.payments.actions.transfers import RECORDED_BY_STAFF, record_transfer
from billing.payments.models import Payment, PaymentStanding
from billing.topups.models import TopUpInvoice
from billing.topups.queries import open_top_ups
from config import clock


def _back(company: Company) -> str:
    return reverse("admin:accounts_company_change", args=[company.pk])


class AdjustForm(KeyedForm):
    amount = StaffAmountField(help_text="Positive raises the balance, negative lowers it.")
    against = forms.ChoiceField(
        label="Other side",
        choices=Adjustment._meta.get_field("against").choices or (),
        widget=UnfoldAdminSelectWidget(),
        help_text="The account of ours that bears it.",
    )
    field_order = ["amount", "against", "reason"]


def adjust(request: HttpRequest, company: Company) -> HttpResponse:
    stands = balance(company)
    limit = most_alone(stands.currency, at=clock.now())
    act = Act(
        title=f"Adjust the balance of {company}",
        consequence=(
            f"Booked at once up to {plain(limit)} {stands.currency}; above it a second person has "
            "to approve. An entry is never edited: a wrong adjustment is adjusted back."
        ),
        button="Adjust",
        back=_back(company),
        facts={"Balance": amount_cell(stands.balance, stands.currency)},
    )

    def perform(asked: dict[str, Any]) -> str:
        done = propose_adjustment(
            company,
            amount=Money(asked["amount"], stands.currency),
            against=asked["against"],
            reason=asked["reason"],
            key=f"staff:{asked['key']}",
            by=staff_label(request),
            at=clock.now(),
        )
        if done.status == Adjustment.Status.BOOKED:
            return f"Booked: {plain(done.amount)} {done.currency}."
        return "Proposed: it is booked once a second person approves."

    return act_page(request, act, form=AdjustForm(request.POST or None), perform=perform)


class TopUpChoiceField(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: TopUpInvoice) -> str:
        return f"{obj.number}: {_in_minor_units(obj)} {obj.currency} due"


class TransferForm(KeyedForm):
    """`top_up_invoice` is offered while the company has an open one."""

    top_up_invoice = TopUpChoiceField(
        label="Top-up invoice",
        queryset=TopUpInvoice.objects.none(),
        required=False,
        empty_label="None: to the balance, or as the reference says",
        widget=UnfoldAdminSelectWidget(),
        help_text="The demand that it pays. What is more than is due is simply balance.",
    )
    amount = StaffAmountField()
    method = forms.ChoiceField(
        choices=[(kind.value, kind.label) for kind in RECORDED_BY_STAFF],
        widget=UnfoldAdminSelectWidget(),
    )
    reference = forms.CharField(
        max_length=200,
        widget=UnfoldAdminTextInputWidget(),
        help_text="As on the bank statement.",
    )
    received_at = forms.DateTimeField(
        label="Received",
        widget=UnfoldAdminTextInputWidget(),
        help_text="Day and time, such as 2026-03-31 14:00.",
    )
    reason = None  # type: ignore[assignment]  # the reference says it

    def offer(self, found: QuerySet[TopUpInvoice]) -> None:
        if not found:
            del self.fields["top_up_invoice"]
            return
        field = self.fields["top_up_invoice"]
        assert isinstance(field, TopUpChoiceField)
        field.queryset = found


def transfer(request: HttpRequest, company: Company) -> HttpResponse:
    stands = balance(company)
    act = Act(
        title=f"Record a payment of {company}",
        consequence="It enters the balance at once, with a receipt voucher by mail.",
        button="Record",
        back=_back(company),
        facts={"Balance": amount_cell(stands.balance, stands.currency)},
    )

    def perform(asked: dict[str, Any]) -> str:
        received: datetime = asked["received_at"]
        paid_one: TopUpInvoice | None = asked.get("top_up_invoice")
        done = record_transfer(
            company,
            amount=Money(asked["amount"], stands.currency),
            method=Payment.Method(asked["method"]),
            reference=asked["reference"],
            received_at=received,
            key=f"staff:{asked['key']}",
            by=staff_label(request),
            at=clock.now(),
            top_up_invoice=None if paid_one is None else paid_one.pk,
        )
        return f"Recorded: {plain(done.amount.amount)} {stands.currency}."

    open_ones = open_top_ups(company)
    initial = {"received_at": f"{localtime(clock.now()):%Y-%m-%d %H:%M}"}
    form = TransferForm(
        request.POST or None, initial=initial | _paying(request.GET.get("for"), open_ones)
    )
    form.offer(open_ones)
    return act_page(request, act, form=form, perform=perform)


def _in_minor_units(invoice: TopUpInvoice) -> str:
    return plain(invoice.amount_due, at_least=minor_digits(invoice.currency))


def _paying(number: str | None, open_ones: QuerySet[TopUpInvoice]) -> dict[str, object]:
    """The form filled in for the top-up invoice that the address names."""
    named = next((one for one in open_ones if one.number == number), None)
    if named is None:
        return {}
    return {
        "top_up_invoice": named.pk,
        "amount": _in_minor_units(named),
        "reference": named.number,
    }


def reviewed(request: HttpRequest, company: Company) -> HttpResponse:
    standing = PaymentStanding.objects.filter(company=company).first()
    act = Act(
        title=f"{company} is reviewed",
        consequence="It is marked no longer, and failed payments are counted from zero.",
        button="Reviewed",
        back=_back(company),
        facts={
            "Marked": standing.review_since if standing else None,
            "Why": standing.review_reason if standing else "",
        },
    )

    def perform(asked: dict[str, Any]) -> str:
        note_reviewed(company, reason=asked["reason"], by=staff_label(request), at=clock.now())
        return f"{company} is reviewed."

    return act_page(request, act, form=ReasonForm(request.POST or None), perform=perform)


def suspend(request: HttpRequest, company: Company) -> HttpResponse:
    act = Act(
        title=f"Suspend {company}",
        consequence=(
            "Its services stop. It can still sign in, see the reason you give, read its invoices "
            "and pay; a payment does not bring it back, only staff does."
        ),
        button="Suspend",
        back=_back(company),
        facts={"Status": company.get_status_display(), "Why": company.status_reason},
        is_final=True,
    )

    def perform(asked: dict[str, Any]) -> str:
        suspend_company(company, reason=asked["reason"], by=staff_label(request), at=clock.now())
        return f"{company} is suspended."

    return act_page(request, act, form=ReasonForm(request.POST or None), perform=perform)


def reactivate(request: HttpRequest, company: Company) -> HttpResponse:
    act = Act(
        title=f"Reactivate {company}",
        consequence="Its services run again, where its balance allows them to.",
        button="Reactivate",
        back=_back(company),
        facts={"Status": company.get_status_display(), "Why": company.status_reason},
    )

    def perform(asked: dict[str, Any]) -> str:
        reactivate_company(company, reason=asked["reason"], by=staff_label(request), at=clock.now())
        return f"{company} is active."

    return act_page(request, act, form=ReasonForm(request.POST or None), perform=perform)


def note(request: HttpRequest, company: Company) -> HttpResponse:
    act = Act(
        title=f"Note on {company}",
        consequence="For colleagues; customers do not see it. Notes are never edited.",
        button="Add the note",
        back=_back(company),
    )

    def perform(asked: dict[str, Any]) -> str:
        record(
            "company.noted",
            actor=staff_label(request),
            at=clock.now(),
            company=company,
            target=f"company:{company.pk}",
            reason=asked["reason"],
            address=staff_address(request),
        )
        return "The note is kept."

    form = ReasonForm(request.POST or None)
    form.fields["reason"].label, form.fields["reason"].help_text = "Note", ""
    return act_page(request, act, form=form, perform=perform)


def look(request: HttpRequest, company: Company) -> HttpResponse:
    """The portal as the customer sees it, without any right to change it; on record."""
    if request.method == "POST":
        look_at_company(request, company, at=clock.now())
        return HttpResponseRedirect(reverse("portal:dashboard"))
    act = Act(
        title=f"Look at the portal of {company}",
        consequence="You see what its owner sees and can change nothing. The audit log keeps it.",
        button="Open the portal",
        back=_back(company),
    )
    return asking_page(request, act, form=ConfirmForm())
