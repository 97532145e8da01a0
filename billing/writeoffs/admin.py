"""Write-offs: made for an invoice that is chosen here, decided on their page."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from unfold.decorators import action

from accounts.staff.acts import (
    Act,
    ConfirmForm,
    KeyedForm,
    Perform,
    act_page,
    record_or_404,
    staff_label,
    text_input,
)
from accounts.staff.columns import link_column, short_column, status_column, when_column
from accounts.staff.records import AddedRecordAdmin
from billing.currencies.queries import default_currency
from billing.invoicing.models import Invoice
from billing.invoicing.queries import invoices
from billing.money.calc import plain
from billing.money.columns import amount_cell, amount_column
from billing.writeoffs.actions import approve_write_off, decline_write_off, propose_write_off
from billing.writeoffs.models import WriteOff
from config import clock
from features.queries import value


class WriteOffForm(KeyedForm):
    number = forms.CharField(
        label="Invoice", max_length=32, widget=text_input(), help_text="Its number."
    )
    field_order = ["number", "reason"]

    def clean_number(self) -> Invoice:
        invoice = invoices().filter(number=self.cleaned_data["number"].strip()).first()
        if invoice is None:
            raise forms.ValidationError("There is no invoice of this number.")
        return invoice


@admin.register(WriteOff)
class WriteOffAdmin(AddedRecordAdmin):
    ordering = ["-id"]
    list_display = [
        link_column("invoice", title="Invoice"),
        link_column("invoice__company", title="Company"),
        amount_column("amount", title="Amount", currency="invoice__currency"),
        status_column(),
        short_column("reason", title="Reason"),
        "proposed_by",
        when_column("proposed_at", title="Proposed"),
        "decided_by",
    ]
    list_filter = ["status"]
    list_select_related = ["invoice__company"]
    search_fields = ["=invoice__number", "invoice__company__name", "reason"]
    exclude = ["key"]
    actions_detail = ["approve", "decline"]

    def add_page(self, request: HttpRequest) -> HttpResponse:
        at = clock.now()
        act = Act(
            title="Write an invoice off",
            consequence=(
                "What is due of it is given up: the customer is asked for it no more and dunning "
                f"stops. Booked at once up to {plain(value('four_eyes_amount', at=at))} "
                f"{default_currency(at=at)}, or as much in its currency; above it a second person "
                "has to approve."
            ),
            button="Write off",
            back=reverse("admin:billing_writeoff_changelist"),
            is_final=True,
        )

        def perform(asked: dict[str, Any]) -> str:
            done = propose_write_off(
                asked["number"].pk,
                reason=asked["reason"],
                key=f"staff:{asked['key']}",
                by=staff_label(request),
                at=at,
            )
            if done.status == WriteOff.Status.BOOKED:
                return f"{asked['number']} is written off."
            return "Proposed: it is booked once a second person approves."

        form = WriteOffForm(request.POST or None, initial={"number": request.GET.get("invoice")})
        return act_page(request, act, form=form, perform=perform)

    @action(  # type: ignore[untyped-decorator]
        description="Approve", icon="check", permissions=["billing.adjust_balance"]
    )
    def approve(self, request: HttpRequest, object_id: str) -> HttpResponse:
        def perform(_: dict[str, object]) -> str:
            approve_write_off(UUID(object_id), by=staff_label(request), at=clock.now())
            return "Booked."

        consequence = "What is due by now is given up. Whoever proposed it cannot approve it."
        return _decision(request, object_id, "Approve", consequence, perform)

    @action(  # type: ignore[untyped-decorator]
        description="Decline", icon="close", permissions=["billing.adjust_balance"]
    )
    def decline(self, request: HttpRequest, object_id: str) -> HttpResponse:
        def perform(_: dict[str, object]) -> str:
            decline_write_off(UUID(object_id), by=staff_label(request), at=clock.now())
            return "Declined: nothing is booked."

        consequence = "Nothing is booked. It can be proposed anew."
        return _decision(request, object_id, "Decline", consequence, perform)


def _decision(
    request: HttpRequest, object_id: str, verb: str, consequence: str, perform: Perform
) -> HttpResponse:
    write_off = record_or_404(WriteOff, object_id)
    invoice = write_off.invoice
    act = Act(
        title=f"{verb} writing {invoice} off",
        consequence=consequence,
        button=verb,
        back=reverse("admin:billing_writeoff_change", args=[write_off.pk]),
        facts={
            "Company": invoice.company,
            "Due": amount_cell(invoice.amount_due, invoice.currency),
            "Reason": write_off.reason,
            "Proposed by": write_off.proposed_by,
        },
    )
    return act_page(request, act, form=ConfirmForm(request.POST or None), perform=perform)
