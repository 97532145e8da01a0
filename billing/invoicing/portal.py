"""Invoices and credit notes as the customer sees them; drafts are not shown."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import django_tables2 as tables
from django.conf import settings
from django.db.models import QuerySet
from django.db.models import Sum as Total
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils.translation import get_language
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from accounts.access.exceptions import Refused
from accounts.access.permissions import Permission, requires
from accounts.access.principals import PortalRequest
from accounts.access.queries import scoped
from accounts.pages.columns import CellColumn
from accounts.pages.exports import FORMATS
from accounts.pages.keys import action_key
from accounts.pages.lists import Empty, ListPage, Sort, Sum
from accounts.pages.refusals import show_refusal
from billing.documents.rendering.wording import Wording, wording
from billing.invoicing.filters import InvoiceFilter
from billing.invoicing.mails import invoice_pdf
from billing.invoicing.models import Invoice, InvoiceTax
from billing.invoicing.payments import pay_invoice
from billing.invoicing.queries import invoices as every_invoice
from billing.invoicing.sheets import invoice_xlsx
from billing.payments.browser import talks_to_gateway
from billing.payments.forms import CardChoiceForm
from billing.payments.models import Payment
from billing.payments.portal import GO
from billing.payments.portal_cards import card_choices, chosen_card, payment_is_off
from billing.payments.tables import payment_address
from billing.profiles.models import BillingType
from billing.tax.calc import Treatment
from config import clock
from features.queries import value

MOMENT = timedelta(microseconds=1)


class InvoiceTable(tables.Table):  # type: ignore[misc]
    number = CellColumn(place="key", page="portal:invoice", verbose_name=_("Number"))
    kind = CellColumn(place="minor", verbose_name=_("Kind"))
    status = CellColumn("invoice_status", verbose_name=_("Status"))
    issued_at = CellColumn("day", verbose_name=_("Issued"))
    due_at = CellColumn("day", place="minor", verbose_name=_("Due"))
    total = CellColumn("money", place="figure", verbose_name=_("Total"))
    amount_due = CellColumn("money", place="number", verbose_name=_("Amount due"))
    currency = CellColumn(visible=False, verbose_name=_("Currency"))

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


INVOICES = ListPage[Invoice](
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
    name="invoices",
    sums=_sums,
)


def issued_invoices(request: PortalRequest) -> QuerySet[Invoice]:
    """The company's documents that were issued. 404 while the provider has the menu off."""
    if not value("invoice_menu", at=clock.now()):
        raise Http404
    return scoped(every_invoice(), request.principal)


@requires(Permission.SEE_MONEY)
def invoices(request: PortalRequest) -> HttpResponseBase:
    return INVOICES.respond(
        request, issued_invoices(request), template="billing/invoicing/invoices.html"
    )


@requires(Permission.SEE_MONEY)
def invoice(request: PortalRequest, invoice_id: UUID) -> HttpResponse:
    """One document like its paper."""
    found = get_object_or_404(issued_invoices(request), pk=invoice_id)
    lines = list(found.lines.all())
    context = {
        "invoice": found,
        "is_invoice": found.kind == Invoice.Kind.INVOICE,
        "period_last": found.period_end - MOMENT,
        "lines": lines,
        "includes_tax": any(line.gross is not None for line in lines),
        "taxes": _taxes(found),
        "allocations": found.allocations.filter(released_at=None).select_related("credit"),
        "paid_since": found.total - found.paid_from_balance - found.payable,
        "rounding": _rounding_of_ours(found),
        "corrections": found.corrections.exclude(status=Invoice.Status.DRAFT),
        "is_unpaid": found.status in (Invoice.Status.OPEN, Invoice.Status.OVERDUE),
        "cost_decimals": value("cost_decimal_points", at=clock.now()),
    }
    return render(request, "billing/invoicing/invoice.html", context)


@requires(Permission.SEE_MONEY)
def pdf(request: PortalRequest, invoice_id: UUID) -> HttpResponse:
    found = get_object_or_404(issued_invoices(request), pk=invoice_id)
    headers = {"Content-Disposition": f'inline; filename="{found.number}.pdf"'}
    return HttpResponse(invoice_pdf(found), content_type="application/pdf", headers=headers)


@requires(Permission.SEE_MONEY)
def xlsx(request: PortalRequest, invoice_id: UUID) -> HttpResponse:
    found = get_object_or_404(issued_invoices(request), pk=invoice_id)
    headers = {"Content-Disposition": f'attachment; filename="{found.number}.xlsx"'}
    return HttpResponse(invoice_xlsx(found), content_type=FORMATS["xlsx"], headers=headers)


@requires(Permission.PAY)
@talks_to_gateway
def pay(request: PortalRequest, invoice_id: UUID) -> HttpResponseBase:
    """Pay what is due of an invoice, from a saved or a new card. Sent twice it pays once."""
    off = payment_is_off(request)
    if off is not None:
        return off
    mine = scoped(every_invoice(), request.principal)
    found = get_object_or_404(mine, pk=invoice_id, kind=Invoice.Kind.INVOICE)
    form = CardChoiceForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            return redirect(f"{payment_address(_paid(request, found, form))}?{GO}=1")
        except Refused as refusal:
            show_refusal(form, refusal)
    context = {"invoice": found, "form": form, **card_choices(request)}
    return render(request, "billing/invoicing/pay.html", context)


def _taxes(invoice: Invoice) -> list[tuple[InvoiceTax, str]]:
    """Each with its treatment and why, in the words that documents have for it."""
    words = wording(
        language=get_language() or settings.LANGUAGE_CODE,
        currency=invoice.currency,
        time_zone=invoice.company.timezone,
    )
    return [(tax, _treatment(tax, words)) for tax in invoice.taxes.order_by("percent", "treatment")]


def _treatment(tax: InvoiceTax, words: Wording) -> str:
    usual = words.exemptions.get(Treatment(tax.treatment).code, _t("Taxable"))
    return f"{usual}. {tax.reason}" if tax.reason else usual


def _rounding_of_ours(invoice: Invoice) -> Decimal:
    """What a prepaid invoice says beyond what was deducted: nobody pays it."""
    is_prepaid = invoice.billing_type == BillingType.PREPAID
    return invoice.rounding_difference if is_prepaid else Decimal(0)


def _paid(request: PortalRequest, invoice: Invoice, form: CardChoiceForm) -> Payment:
    card, key = chosen_card(request, form), action_key(request.principal, form)
    by = request.principal.label
    pay_in = form.cleaned_data["pay_in"] or None
    return pay_invoice(invoice.pk, card=card, key=key, by=by, at=clock.now(), pay_in=pay_in)


urlpatterns = [
    path("invoices/", invoices, name="invoices"),
    path("invoices/<uuid:invoice_id>/", invoice, name="invoice"),
    path("invoices/<uuid:invoice_id>/pdf/", pdf, name="invoice-pdf"),
    path("invoices/<uuid:invoice_id>/xlsx/", xlsx, name="invoice-xlsx"),
    path("invoices/<uuid:invoice_id>/pay/", pay, name="invoice-pay"),
]
