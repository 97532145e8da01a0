"""Invoices and credit notes as the customer sees them; drafts are not shown."""

from __future__ import annotations

from uuid import UUID

import django_tables2 as tables
from django.db.models import QuerySet
from django.db.models import Sum as Total
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import path, reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from accounts.access.permissions import Permission, requires
from accounts.access.principals import PortalRequest
from accounts.access.queries import scoped
from accounts.pages.columns import CellColumn
from accounts.pages.lists import Empty, ListPage, Sort, Sum
from billing.invoicing.filters import InvoiceFilter
from billing.invoicing.models import Invoice
from config import clock
from features.queries import value


def _address(invoice: Invoice) -> str:
    return reverse("portal:invoice", args=[invoice.pk])


class InvoiceTable(tables.Table):  # type: ignore[misc]
    number = CellColumn(place="key", url=_address, verbose_name=_("Number"))
    kind = CellColumn(place="minor", verbose_name=_("Kind"))
    status = CellColumn("invoice_status", verbose_name=_("Status"))
    issued_at = CellColumn("day", verbose_name=_("Issued"))
    due_at = CellColumn("day", place="minor", verbose_name=_("Due"))
    total = CellColumn("money", place="figure", verbose_name=_("Total"))
    amount_due = CellColumn("money", place="number", verbose_name=_("Amount due"))
    currency = CellColumn(place="minor", verbose_name=_("Currency"))

    class Meta:
        fields = ()


def _sums(invoices: QuerySet[Invoice]) -> list[Sum]:
    totals = (
        invoices.order_by("currency")
        .values("currency")
        .annotate(total=Total("total"), due=Total("amount_due"))
    )
    return [
        sum_
        for row in totals
        for sum_ in (
            Sum(_t("Total"), row["total"], row["currency"]),
            Sum(_t("Amount due"), row["due"], row["currency"]),
        )
    ]


INVOICES = ListPage(
    filters=InvoiceFilter,
    table=InvoiceTable,
    sorts={
        "newest": Sort("issued_at", ("-created_at", "-id")),
        "oldest": Sort("issued_at", ("created_at", "id")),
    },
    default_sort="newest",
    empty=Empty(
        icon="file-invoice",
        title=_("No invoices yet"),
        text=_("At the end of a billing period its invoice appears here, with a PDF to keep."),
    ),
    export_name="invoices",
    sums=_sums,
)


def issued_invoices(request: PortalRequest) -> QuerySet[Invoice]:
    """The company's documents that were issued. 404 while the provider has the menu off."""
    if not value("invoice_menu", at=clock.now()):
        raise Http404
    invoices = scoped(Invoice.objects.all(), request.principal)
    return invoices.exclude(status=Invoice.Status.DRAFT)


@requires(Permission.SEE_MONEY)
def invoices(request: PortalRequest) -> HttpResponseBase:
    return INVOICES.respond(
        request, issued_invoices(request), template="billing/invoicing/invoices.html"
    )


@requires(Permission.SEE_MONEY)
def invoice(request: PortalRequest, invoice_id: UUID) -> HttpResponse:
    """One document like its paper."""
    found = get_object_or_404(issued_invoices(request), pk=invoice_id)
    context = {
        "invoice": found,
        "lines": found.lines.all(),
        "taxes": found.taxes.all(),
        "allocations": found.allocations.filter(released_at=None).select_related("credit"),
        "corrections": found.corrections.exclude(status=Invoice.Status.DRAFT),
    }
    return render(request, "billing/invoicing/invoice.html", context)


urlpatterns = [
    path("invoices/", invoices, name="invoices"),
    path("invoices/<uuid:invoice_id>/", invoice, name="invoice"),
]
