"""Top-up invoices: read-only, with their paper; paid by transfer, or voided."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import RangeDateTimeFilter
from unfold.decorators import action

from accounts.staff.acts import Act, ReasonForm, act_page, record_or_404, staff_label
from accounts.staff.columns import (
    instant_cell,
    link_column,
    record_link,
    status_column,
    when_column,
)
from accounts.staff.records import RecordAdmin, RecordInline
from billing.money.columns import amount_cell, amount_column, money_column
from billing.payments.queries import method_label
from billing.topups.actions.issuing import void_top_up_invoice
from billing.topups.models import TopUpInvoice, TopUpPayment
from billing.topups.queries import top_up_pdf
from config import clock


class TopUpPaymentInline(RecordInline):
    model = TopUpPayment
    fields = ["made", "how", "amount", "status"]
    readonly_fields = ["made", "how", "amount", "status"]
    verbose_name_plural = "Payments"

    @admin.display(description="When")
    def made(self, link: TopUpPayment) -> SafeString | str:
        return instant_cell(link.payment.created_at)

    @admin.display(description="By")
    def how(self, link: TopUpPayment) -> SafeString:
        return record_link(link.payment, method_label(link.payment))

    @admin.display(description="Amount")
    def amount(self, link: TopUpPayment) -> SafeString | str:
        money = link.payment.amount
        return amount_cell(money.amount, str(money.currency))

    @admin.display(description="Status")
    def status(self, link: TopUpPayment) -> str:
        return link.payment.get_status_display()


@admin.register(TopUpInvoice)
class TopUpInvoiceAdmin(RecordAdmin):
    ordering = ["-id"]
    list_display = [
        "number",
        link_column("company", title="Company"),
        status_column(),
        money_column("amount", title="Amount"),
        amount_column("amount_due", title="Due"),
        when_column("issued_at", title="Issued"),
        when_column("due_at", title="Pay by"),
    ]
    list_filter = ["status", "amount_currency", ("issued_at", RangeDateTimeFilter)]
    list_select_related = ["company"]
    search_fields = ["=number", "=id", "company__name"]
    exclude = ["content", "key"]
    inlines = [TopUpPaymentInline]
    actions_detail = ["pdf", "transfer", "void"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[TopUpInvoice]:
        found: QuerySet[TopUpInvoice] = super().get_queryset(request)
        return found.defer("content")

    @action(  # type: ignore[untyped-decorator]
        description="PDF", icon="picture_as_pdf", permissions=["billing.view_topupinvoice"]
    )
    def pdf(self, request: HttpRequest, object_id: str) -> HttpResponse:
        invoice = record_or_404(TopUpInvoice, object_id)
        return HttpResponse(
            top_up_pdf(invoice),
            content_type="application/pdf",
            headers={"Content-Disposition": f'inline; filename="{invoice.number}.pdf"'},
        )

    @action(  # type: ignore[untyped-decorator]
        description="Record payment", icon="payments", permissions=["billing.record_transfer"]
    )
    def transfer(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The company's own page for it, filled in."""
        invoice = record_or_404(TopUpInvoice, object_id)
        address = reverse("admin:company_transfer", args=[invoice.company_id])
        return HttpResponseRedirect(f"{address}?{urlencode({'for': invoice.number})}")

    @action(  # type: ignore[untyped-decorator]
        description="Void", icon="cancel", permissions=["billing.correct_invoice"]
    )
    def void(self, request: HttpRequest, object_id: str) -> HttpResponse:
        invoice = record_or_404(TopUpInvoice, object_id)
        act = Act(
            title=f"Void {invoice}",
            consequence=(
                "It is asked for no more; the customer sees the reason. Nothing moves in the "
                "books. This cannot be undone: ask again with a new one."
            ),
            button="Void the top-up invoice",
            back=reverse("admin:billing_topupinvoice_change", args=[invoice.pk]),
            facts={
                "Company": invoice.company,
                "Status": invoice.get_status_display(),
                "Amount": amount_cell(invoice.amount.amount, invoice.currency),
                "Due": amount_cell(invoice.amount_due, invoice.currency),
            },
            is_final=True,
        )

        def perform(asked: dict[str, Any]) -> str:
            void_top_up_invoice(
                invoice.pk, reason=asked["reason"], by=staff_label(request), at=clock.now()
            )
            return f"{invoice} is void."

        return act_page(request, act, form=ReasonForm(request.POST or None), perform=perform)
