"""Top-up invoices in the portal: asking for one, the list, the paper, paying and voiding it."""

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
from djmoney.money import Money

from accounts.access.exceptions import Refused
from accounts.access.permissions import Permission, can, requires
from accounts.access.principals import PortalRequest
from accounts.access.queries import scoped
from accounts.pages.keys import action_key
from accounts.pages.lists import Empty, ListPage, Sort, Sum
from accounts.pages.refusals import show_refusal
from billing.payments.browser import talks_to_gateway
from billing.payments.forms import CardChoiceForm
from billing.payments.models import Payment
from billing.payments.portal import GO
from billing.payments.portal_cards import card_choices, chosen_card, payment_is_off
from billing.payments.tables import payment_address
from billing.profiles.queries import profile_of
from billing.recharges.portal import amount_choices, asked_amount
from billing.recharges.queries import limits
from billing.topups.actions.issuing import issue_top_up_invoice, void_top_up_invoice
from billing.topups.actions.paying import pay_top_up_invoice
from billing.topups.filters import TopUpFilter
from billing.topups.forms import TopUpForm, VoidTopUpForm
from billing.topups.models import TopUpInvoice
from billing.topups.queries import top_up_pdf, waiting_payment
from billing.topups.tables import TopUpTable
from config import clock


def _sums(found: QuerySet[TopUpInvoice]) -> list[Sum]:
    totals = (
        found.exclude(status=TopUpInvoice.Status.VOID)
        .order_by("amount_currency")
        .values("amount_currency")
        .annotate(asked=Total("amount"), left=Total("amount_due"))
    )
    return [
        one
        for row in totals
        for one in (
            Sum(_t("Amount"), row["asked"], row["amount_currency"]),
            Sum(_t("Amount due"), row["left"], row["amount_currency"]),
        )
    ]


TOP_UPS = ListPage[TopUpInvoice](
    filters=TopUpFilter,
    table=TopUpTable,
    sorts={
        "newest": Sort("issued_at", ("-issued_at", "-id")),
        "oldest": Sort("issued_at", ("issued_at", "id")),
    },
    default_sort="newest",
    empty=Empty(
        icon="file-invoice",
        title=_("No top-up invoices yet"),
        text=_("Pay now, by invoice: you get a numbered demand that your accounting can pay."),
    ),
    name="top-ups",
    sums=_sums,
)


def company_top_ups(request: PortalRequest) -> QuerySet[TopUpInvoice]:
    return scoped(TopUpInvoice.objects.all(), request.principal)


@requires(Permission.SEE_MONEY)
def top_ups(request: PortalRequest) -> HttpResponseBase:
    return TOP_UPS.respond(
        request, company_top_ups(request).defer("content"), template="billing/topups/top_ups.html"
    )


@requires(Permission.SEE_MONEY)
def top_up(request: PortalRequest, top_up_id: UUID) -> HttpResponse:
    """One top-up invoice like its paper, with what was paid of it."""
    found = get_object_or_404(company_top_ups(request), pk=top_up_id)
    waiting = waiting_payment(found)
    is_open = found.status == TopUpInvoice.Status.OPEN
    is_untouched = is_open and waiting is None and found.amount_due == found.amount.amount
    context = {
        "invoice": found,
        "is_open": is_open,
        "waiting": waiting,
        "may_void": is_untouched and can(request.member.role, Permission.PAY),
        "paid": found.amount.amount - found.amount_due,
        "payments": _payments(found),
    }
    return render(request, "billing/topups/top_up.html", context)


@requires(Permission.SEE_MONEY)
def pdf(request: PortalRequest, top_up_id: UUID) -> HttpResponse:
    found = get_object_or_404(company_top_ups(request), pk=top_up_id)
    headers = {"Content-Disposition": f'inline; filename="{found.number}.pdf"'}
    return HttpResponse(top_up_pdf(found), content_type="application/pdf", headers=headers)


@requires(Permission.PAY)
def ask(request: PortalRequest) -> HttpResponseBase:
    """Ask for one over any amount within the limits. Sent twice it is issued once."""
    off = payment_is_off(request)
    if off is not None:
        return off
    profile = profile_of(request.company.pk)
    form = TopUpForm(request.POST or None, currency=profile.currency, initial=asked_amount(request))
    if request.method == "POST" and form.is_valid():
        try:
            issued = _issued(request, form, profile.currency)
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            said = _t("%(number)s is issued and on its way to you by mail.")
            messages.success(request, said % {"number": issued.number})
            return redirect("portal:top-up", issued.pk)
    bounds = limits(profile, at=clock.now())
    context = {
        "form": form,
        "currency": profile.currency,
        "choices": amount_choices(bounds, profile.currency),
        "minimum": bounds.minimum,
        "maximum": bounds.maximum,
    }
    return render(request, "billing/topups/ask.html", context)


@requires(Permission.PAY)
@talks_to_gateway
def pay(request: PortalRequest, top_up_id: UUID) -> HttpResponseBase:
    """Pay what is due, from a saved or a new card. Sent twice it pays once."""
    off = payment_is_off(request)
    if off is not None:
        return off
    found = get_object_or_404(company_top_ups(request), pk=top_up_id)
    form = CardChoiceForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            return redirect(f"{payment_address(_paid(request, found, form))}?{GO}=1")
        except Refused as refusal:
            show_refusal(form, refusal)
    if found.status != TopUpInvoice.Status.OPEN and not form.is_bound:
        return redirect("portal:top-up", found.pk)
    context = {"invoice": found, "form": form, **card_choices(request)}
    return render(request, "billing/topups/pay.html", context)


@requires(Permission.PAY)
def void(request: PortalRequest, top_up_id: UUID) -> HttpResponseBase:
    """Say that it is not paid, and why."""
    found = get_object_or_404(company_top_ups(request), pk=top_up_id)
    form = VoidTopUpForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        reason, by = form.cleaned_data["reason"], request.principal.label
        try:
            void_top_up_invoice(found.pk, reason=reason, by=by, at=clock.now())
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _t("%(number)s is void.") % {"number": found.number})
            return redirect("portal:top-up", found.pk)
    return render(request, "billing/topups/void.html", {"invoice": found, "form": form})


def _issued(request: PortalRequest, form: TopUpForm, currency: str) -> TopUpInvoice:
    return issue_top_up_invoice(
        request.company,
        amount=Money(form.cleaned_data["amount"], currency),
        key=action_key(request.principal, form),
        by=request.principal.label,
        at=clock.now(),
    )


def _paid(request: PortalRequest, invoice: TopUpInvoice, form: CardChoiceForm) -> Payment:
    card, key = chosen_card(request, form), action_key(request.principal, form)
    by = request.principal.label
    pay_in = form.cleaned_data["pay_in"] or None
    return pay_top_up_invoice(invoice.pk, card=card, key=key, by=by, at=clock.now(), pay_in=pay_in)


def _payments(invoice: TopUpInvoice) -> QuerySet[Payment]:
    made = Payment.objects.filter(for_top_up__top_up_invoice=invoice)
    return made.select_related("payment_method", "receipt").order_by("created_at", "id")


ONE = "payments/top-up-invoices/<uuid:top_up_id>/"

urlpatterns = [
    path("pay/invoice/", ask, name="top-up-new"),
    path("payments/top-up-invoices/", top_ups, name="top-ups"),
    path(ONE, top_up, name="top-up"),
    path(f"{ONE}pdf/", pdf, name="top-up-pdf"),
    path(f"{ONE}pay/", pay, name="top-up-pay"),
    path(f"{ONE}void/", void, name="top-up-void"),
]
