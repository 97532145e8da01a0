"""Payments with their receipts: the list, one payment, and the way to the bank and back."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.db.models import Sum as Total
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from accounts.access.exceptions import Refused
from accounts.access.permissions import Permission, requires
from accounts.access.principals import PortalRequest
from accounts.access.queries import scoped
from accounts.pages.lists import Empty, ListPage, Sort, Sum
from billing.documents.models import Receipt
from billing.documents.queries import receipt_pdf
from billing.payments import portal_cards
from billing.payments.actions.charging import confirm_payment, is_confirmable, refresh_payment
from billing.payments.actions.settling import UNSETTLED
from billing.payments.browser import browser_gateway, talks_to_gateway
from billing.payments.filters import PaymentFilter
from billing.payments.models import Payment
from billing.payments.registry import is_needed
from billing.payments.tables import PaymentTable, payment_address
from config import clock

GO = "go"
UNPAID = (Payment.Status.FAILED, Payment.Status.REQUIRES_ACTION)


def _sums(payments: QuerySet[Payment]) -> list[Sum]:
    received = payments.exclude(receipt=None).order_by("amount_currency")
    totals = received.values("amount_currency").annotate(total=Total("amount"))
    return [Sum(_t("Received"), row["total"], row["amount_currency"]) for row in totals]


PAYMENTS = ListPage[Payment](
    filters=PaymentFilter,
    table=PaymentTable,
    sorts={
        "newest": Sort("created_at", ("-created_at", "-id")),
        "oldest": Sort("created_at", ("created_at", "id")),
    },
    default_sort="newest",
    empty=Empty(
        icon="receipt",
        title=_("No payments yet"),
        text=_("Every payment appears here with its receipt, by card or by bank transfer."),
    ),
    name="payments",
    sums=_sums,
)


def company_payments(request: PortalRequest) -> QuerySet[Payment]:
    """The company's payments with what a list shows of them."""
    payments = scoped(Payment.objects.all(), request.principal)
    return payments.select_related("receipt", "payment_method")


@requires(Permission.SEE_MONEY)
def payments(request: PortalRequest) -> HttpResponseBase:
    return PAYMENTS.respond(
        request, company_payments(request), template="billing/payments/payments.html"
    )


@requires(Permission.SEE_MONEY)
@talks_to_gateway
def payment(request: PortalRequest, payment_id: UUID) -> HttpResponseBase:
    """What became of a payment, and what to do next. A waiting one asks again by itself."""
    found = get_object_or_404(company_payments(request), pk=payment_id)
    context = {
        "payment": found,
        "goes_to_bank": GO in request.GET,
        "is_confirmable": is_confirmable(found),
        "is_needless": found.status in UNPAID and not is_needed(found),
        "is_open": found.status in UNSETTLED,
        "is_waiting": found.status == Payment.Status.PENDING,
        "gateway": browser_gateway(),
        "refunds": found.refunds.all(),
    }
    is_part = request.headers.get("HX-Target") == "payment"
    template = "payment_state.html" if is_part else "payment.html"
    return render(request, f"billing/payments/{template}", context)


@requires(Permission.PAY)
def come_back(request: PortalRequest, payment_id: UUID) -> HttpResponseBase:
    """Back from the bank: look at the gateway once, for the webhook may be slower."""
    found = get_object_or_404(company_payments(request), pk=payment_id)
    if not request.member.is_looking_on:
        found = refresh_payment(found, at=clock.now())
    return redirect(payment_address(found))


@requires(Permission.PAY)
def confirm(request: PortalRequest, payment_id: UUID) -> HttpResponseBase:
    """The link of a mail: a payment that failed because nobody was there to confirm it."""
    found = get_object_or_404(company_payments(request), pk=payment_id)
    if request.method != "POST":
        return redirect(payment_address(found))
    try:
        found = confirm_payment(found, at=clock.now())
    except Refused as refusal:
        messages.error(request, refusal.detail)
    return redirect(f"{payment_address(found)}?{GO}=1")


@requires(Permission.SEE_MONEY)
def receipt(request: PortalRequest, receipt_id: UUID) -> HttpResponse:
    """The voucher as a PDF."""
    found = get_object_or_404(scoped(Receipt.objects.all(), request.principal), pk=receipt_id)
    headers = {"Content-Disposition": f'inline; filename="{found.number}.pdf"'}
    return HttpResponse(receipt_pdf(found), content_type="application/pdf", headers=headers)


urlpatterns = [
    path("payments/", payments, name="payments"),
    path("payments/<uuid:payment_id>/", payment, name="payment"),
    path("payments/<uuid:payment_id>/return/", come_back, name="payment-return"),
    path("payments/<uuid:payment_id>/confirm/", confirm, name="payment-confirm"),
    path("payments/receipts/<uuid:receipt_id>/", receipt, name="receipt"),
    *portal_cards.urlpatterns,
]
