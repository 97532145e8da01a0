"""Pay now, and the history of recharges."""

from __future__ import annotations

from decimal import Decimal

from django.db.models import QuerySet
from django.db.models import Sum as Total
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from djmoney.money import Money

from accounts.access.exceptions import Refused
from accounts.access.permissions import Permission, requires
from accounts.access.principals import PortalRequest
from accounts.access.queries import scoped
from accounts.pages.keys import action_key
from accounts.pages.lists import Empty, ListPage, Sort, Sum
from accounts.pages.refusals import show_refusal
from billing.payments.availability import bank_details
from billing.payments.browser import talks_to_gateway
from billing.payments.models import Payment
from billing.payments.portal import GO
from billing.payments.portal_cards import card_choices, chosen_card, payment_is_off
from billing.payments.tables import payment_address
from billing.profiles.queries import profile_of
from billing.recharges.actions.paying import check_recharge, pay_now
from billing.recharges.filters import RechargeFilter
from billing.recharges.forms import PayForm
from billing.recharges.models import Recharge
from billing.recharges.queries import Limits, limits
from billing.recharges.tables import RechargeTable
from billing.templatetags.wording import money_text
from config import clock

AMOUNT_LENGTH = 40
SUGGESTED = (Decimal(20), Decimal(50), Decimal(100), Decimal(250), Decimal(500))


def _sums(recharges: QuerySet[Recharge]) -> list[Sum]:
    done = recharges.filter(status=Recharge.Status.SUCCEEDED).order_by("amount_currency")
    totals = done.values("amount_currency").annotate(total=Total("amount"))
    return [Sum(_t("Recharged"), row["total"], row["amount_currency"]) for row in totals]


RECHARGES = ListPage[Recharge](
    filters=RechargeFilter,
    table=RechargeTable,
    sorts={
        "newest": Sort("created_at", ("-created_at", "-id")),
        "oldest": Sort("created_at", ("created_at", "id")),
    },
    default_sort="newest",
    empty=Empty(
        icon="repeat",
        title=_("No recharges yet"),
        text=_("Recharges by you and by the automatic rule appear here, with every attempt."),
    ),
    name="recharges",
    sums=_sums,
)


@requires(Permission.SEE_MONEY)
def recharges(request: PortalRequest) -> HttpResponseBase:
    mine = scoped(Recharge.objects.all(), request.principal)
    return RECHARGES.respond(
        request,
        mine.prefetch_related("attempts__payment__receipt"),
        template="billing/recharges/recharges.html",
    )


@requires(Permission.PAY)
@talks_to_gateway
def pay(request: PortalRequest) -> HttpResponseBase:
    """Any amount within the limits, from a saved or a new card. Sent twice it pays once."""
    off = payment_is_off(request)
    if off is not None:
        return off
    at, profile = clock.now(), profile_of(request.company.pk)
    bounds = limits(profile, at=at)
    form = PayForm(request.POST or None, currency=profile.currency, initial=asked_amount(request))
    if request.method == "POST" and form.is_valid():
        try:
            return redirect(f"{payment_address(_paid(request, form, profile.currency))}?{GO}=1")
        except Refused as refusal:
            show_refusal(form, refusal)
    context = {
        "form": form,
        "currency": profile.currency,
        "choices": amount_choices(bounds, profile.currency),
        "minimum": bounds.minimum,
        "maximum": bounds.maximum,
        "bank_details": bank_details(request.company, at=at),
        **card_choices(request),
    }
    return render(request, "billing/recharges/pay.html", context)


def _paid(request: PortalRequest, form: PayForm, currency: str) -> Payment:
    """Charge the card; whatever the answer, the payment's own page tells it.

    The rules of the amount come first, so that no card is kept for a payment that they refuse.
    """
    amount, at = Money(form.cleaned_data["amount"], currency), clock.now()
    check_recharge(request.company, amount, at=at)
    card = chosen_card(request, form)
    key, by = action_key(request.principal, form), request.principal.label
    _recharge, payment = pay_now(
        request.company,
        amount=amount,
        card=card,
        key=key,
        by=by,
        at=at,
        pay_in=form.cleaned_data["pay_in"] or None,
    )
    return payment


def asked_amount(request: PortalRequest) -> dict[str, object]:
    """What the address suggests: `?amount=` of a link."""
    return {"amount": request.GET.get("amount", "")[:AMOUNT_LENGTH]}


def amount_choices(bounds: Limits, currency: str) -> list[dict[str, str]]:
    """Amounts to tap, within the limits."""
    least, most = bounds.minimum or Decimal(0), bounds.maximum
    fit = [amount for amount in SUGGESTED if amount >= least and (most is None or amount <= most)]
    return [
        {"value": str(amount), "label": money_text(amount, currency, decimals=0)} for amount in fit
    ]


urlpatterns = [
    path("pay/", pay, name="pay"),
    path("payments/recharges/", recharges, name="recharges"),
]
