"""What needs the customer's attention, the most urgent first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import Sum
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.companies.models import Company
from billing.insight.balances import BalanceView
from billing.invoicing.models import Invoice
from billing.payments.models import Payment
from billing.payments.queries import default_method, is_expiring
from billing.recharges.models import Recharge
from billing.templatetags.wording import instant_text, money_text
from features.queries import value


@dataclass(frozen=True)
class Matter:
    """One thing to look at: what it is, since when, and what to do."""

    tone: str
    title: str
    text: str
    url: str
    action: str
    since: datetime | None = None


def matters(company: Company, view: BalanceView, *, at: datetime) -> Iterator[Matter]:
    """Services that stand still, then money that did not come, then what will run short."""
    yield from _at_floor(view, at=at)
    yield from _overdue(company, at=at)
    yield from _to_confirm(company)
    yield from _recharge(view)
    yield from _card(company, at=at)
    yield from _runs_low(view, at=at)


def _way_to_pay(*, at: datetime) -> tuple[str, str]:
    """The page to pay on, or while payment in the portal is off the one with the bank details."""
    if value("portal_payment", at=at):
        return reverse("portal:pay"), _("Pay now")
    return reverse("portal:payment-settings"), _("How to pay")


def _at_floor(view: BalanceView, *, at: datetime) -> Iterator[Matter]:
    spendable = view.balance.spendable
    if spendable is None or spendable > 0:
        return
    url, action = _way_to_pay(at=at)
    yield Matter(
        tone="negative",
        title=_("Your balance is used up"),
        text=_("Services that draw on it stand still and come back with the next payment."),
        url=url,
        action=action,
    )


def _overdue(company: Company, *, at: datetime) -> Iterator[Matter]:
    url, action = _way_to_pay(at=at)
    if value("invoice_menu", at=at):
        url = f"{reverse('portal:invoices')}?status={Invoice.Status.OVERDUE}"
        action = _("See invoices")
    late = Invoice.objects.filter(company=company, status=Invoice.Status.OVERDUE)
    sums = late.order_by("currency").values_list("currency").annotate(due=Sum("amount_due"))
    for currency, due in sums:
        yield Matter(
            tone="negative",
            title=_("%(amount)s is overdue") % {"amount": money_text(due, currency)},
            text=_("Invoices past their due date wait for payment."),
            url=url,
            action=action,
        )


def _to_confirm(company: Company) -> Iterator[Matter]:
    waiting = Payment.objects.filter(company=company, status=Payment.Status.REQUIRES_ACTION)
    payment = waiting.order_by("-created_at").first()
    if payment is None:
        return
    amount = money_text(payment.amount.amount, str(payment.amount.currency))
    yield Matter(
        tone="warning",
        title=_("Your bank wants you to confirm a payment of %(amount)s") % {"amount": amount},
        text=_("Nothing is charged before you do."),
        url=reverse("portal:payment", args=[payment.pk]),
        action=_("Confirm"),
        since=payment.created_at,
    )


def _recharge(view: BalanceView) -> Iterator[Matter]:
    rule, recharge = view.rule, view.open_recharge
    if rule is not None and rule.enabled and rule.paused_at is not None:
        yield Matter(
            tone="negative",
            title=_("Automatic recharge is paused"),
            text=_("Every attempt failed. A payment or another card starts it again."),
            url=reverse("portal:payment-settings"),
            action=_("Change card"),
            since=rule.paused_at,
        )
    if recharge is None or recharge.status != Recharge.Status.RETRY_SCHEDULED:
        return
    when = instant_text(recharge.next_attempt_at) if recharge.next_attempt_at else ""
    reason = recharge.failure_code.replace("_", " ")
    yield Matter(
        tone="warning",
        title=_("The last automatic recharge failed"),
        text=_("Reason: %(reason)s. We try again %(when)s.") % {"reason": reason, "when": when},
        url=reverse("portal:payment-settings"),
        action=_("Change card"),
        since=recharge.created_at,
    )


def _card(company: Company, *, at: datetime) -> Iterator[Matter]:
    card = default_method(company)
    if card is None or not is_expiring(card, at=at):
        return
    yield Matter(
        tone="warning",
        title=_("%(card)s expires %(month)02d/%(year)d")
        % {"card": card, "month": card.exp_month, "year": card.exp_year},
        text=_("Add another card in time, so that recharges go on."),
        url=reverse("portal:payment-settings"),
        action=_("Add a card"),
    )


def _runs_low(view: BalanceView, *, at: datetime) -> Iterator[Matter]:
    days = value("low_balance_days", at=at)
    recharges = view.rule is not None and view.rule.enabled and view.rule.paused_at is None
    out = view.forecast.runs_out_p50 if view.forecast else None
    left = view.balance.spendable or Decimal(0)
    if recharges or out is None or left <= 0 or out - at >= timedelta(days=days):
        return
    url, action = _way_to_pay(at=at)
    yield Matter(
        tone="warning",
        title=_("Your balance runs low"),
        text=_("It lasts until about %(when)s.") % {"when": instant_text(out)},
        url=url,
        action=action,
    )
