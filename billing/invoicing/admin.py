"""Invoices and credit notes: frozen documents, their paper, their corrections, exports."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from unfold.contrib.filters.admin import RangeDateTimeFilter
from unfold.decorators import action

from accounts.staff.acts import Act, KeyedForm, act_page, record_or_404, staff_label
from accounts.staff.columns import link_column, status_column, when_column
from accounts.staff.records import RecordAdmin, RecordInline
from billing.invoicing.corrections import credit_invoice, void_invoice
from billing.invoicing.credit_form import CreditForm
from billing.invoicing.exporting import export_page
from billing.invoicing.mails import invoice_pdf
from billing.invoicing.models import Allocation, Invoice, InvoiceLine, InvoiceTax
from billing.invoicing.sheets import invoice_xlsx
from billing.money.columns import amount_cell, amount_column
from config import clock

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class LineInline(RecordInline):
    model = InvoiceLine
    fields = [
        "position",
        "description",
        "subject",
        "quantity",
        "unit",
        "included",
        "unit_price",
        "tax_percent",
        "treatment",
        "amount",
        "gross",
    ]
    verbose_name_plural = "Lines"


class TaxInline(RecordInline):
    model = InvoiceTax
    fields = ["name", "percent", "treatment", "net", "amount"]
    verbose_name_plural = "Tax"


class AllocationInline(RecordInline):
    model = Allocation
    fields = ["credit", "amount", "at", "released_at"]
    verbose_name_plural = "Paid by"


@admin.register(Invoice)
class InvoiceAdmin(RecordAdmin):
    ordering = ["-id"]
    list_display = [
        "__str__",
        "kind",
        link_column("company", title="Company"),
        status_column(),
        amount_column("total", title="Total"),
        amount_column("amount_due", title="Due"),
        when_column("issued_at", title="Issued"),
        when_column("due_at", title="Due on"),
    ]
    list_filter = ["status", "kind", "currency", "billing_type", ("issued_at", RangeDateTimeFilter)]
    list_select_related = ["company"]
    search_fields = ["=number", "=id", "company__name"]
    autocomplete_fields = ["company"]
    exclude = ["content", "features", "entry"]
    inlines = [LineInline, TaxInline, AllocationInline]
    actions_list = ["export"]
    actions_detail = ["pdf", "xlsx", "credit", "void", "write_off"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Invoice]:
        invoices: QuerySet[Invoice] = super().get_queryset(request)
        return invoices.defer("content")

    @action(  # type: ignore[untyped-decorator]
        description="Export", icon="download", permissions=["billing.export_finance"]
    )
    def export(self, request: HttpRequest) -> HttpResponseBase:
        return export_page(request, dataset="invoices")

    @action(  # type: ignore[untyped-decorator]
        description="PDF", icon="picture_as_pdf", permissions=["billing.view_invoice"]
    )
    def pdf(self, request: HttpRequest, object_id: str) -> HttpResponse:
        invoice = record_or_404(Invoice, object_id)
        return _file(invoice_pdf(invoice), f"{invoice.number}.pdf", "application/pdf")

    @action(  # type: ignore[untyped-decorator]
        description="XLSX", icon="table", permissions=["billing.view_invoice"]
    )
    def xlsx(self, request: HttpRequest, object_id: str) -> HttpResponse:
        invoice = record_or_404(Invoice, object_id)
        return _file(invoice_xlsx(invoice), f"{invoice.number}.xlsx", _XLSX)

    @action(  # type: ignore[untyped-decorator]
        description="Credit note", icon="remove_circle", permissions=["billing.correct_invoice"]
    )
    def credit(self, request: HttpRequest, object_id: str) -> HttpResponse:
        invoice = record_or_404(Invoice, object_id)
        act = _correction(
            invoice,
            title=f"Credit note for {invoice}",
            consequence="It is issued and mailed. It pays what is due; the rest stays a credit.",
            button="Issue the credit note",
        )

        def perform(asked: dict[str, Any]) -> str:
            note = credit_invoice(
                invoice.pk,
                amounts=form.amounts(),
                reason=asked["reason"],
                key=f"staff:{asked['key']}",
                by=staff_label(request),
                at=clock.now(),
            )
            return f"{note} is issued."

        form = CreditForm(request.POST or None, invoice=invoice)
        return act_page(request, act, form=form, perform=perform)

    @action(  # type: ignore[untyped-decorator]
        description="Void", icon="cancel", permissions=["billing.correct_invoice"]
    )
    def void(self, request: HttpRequest, object_id: str) -> HttpResponse:
        invoice = record_or_404(Invoice, object_id)
        act = _correction(
            invoice,
            title=f"Void {invoice}",
            consequence="A full credit note is issued and mailed. This cannot be undone.",
            button="Void the invoice",
        )

        def perform(asked: dict[str, Any]) -> str:
            void_invoice(
                invoice.pk,
                reason=asked["reason"],
                key=f"staff:{asked['key']}",
                by=staff_label(request),
                at=clock.now(),
            )
            return f"{invoice} is void; its credit note is issued."

        return act_page(request, act, form=KeyedForm(request.POST or None), perform=perform)

    @action(  # type: ignore[untyped-decorator]
        description="Write off", icon="money_off", permissions=["billing.add_writeoff"]
    )
    def write_off(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The page that gives invoices up, filled in."""
        invoice = record_or_404(Invoice, object_id)
        page = reverse("admin:billing_writeoff_add")
        return HttpResponseRedirect(f"{page}?{urlencode({'invoice': invoice.number})}")


def _correction(invoice: Invoice, *, title: str, consequence: str, button: str) -> Act:
    """What is said before a credit note is issued: it cannot be taken back."""
    return Act(
        title=title,
        consequence=consequence,
        button=button,
        back=reverse("admin:billing_invoice_change", args=[invoice.pk]),
        facts={
            "Company": invoice.company,
            "Total": amount_cell(invoice.total, invoice.currency),
            "Due": amount_cell(invoice.amount_due, invoice.currency),
        },
        is_final=True,
    )


def _file(content: bytes, name: str, content_type: str) -> HttpResponse:
    return HttpResponse(
        content,
        content_type=content_type,
        headers={"Content-Disposition": f'inline; filename="{name}"'},
    )
