"""Mails about recharges and about the balance: one for each crossing, never one for each look."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.conf import settings
from django.utils.functional import lazy

from accounts.companies.models import Company
from accounts.events.models import Event
from accounts.notifications.actions import queue_mail
from billing.payments.actions.charging import confirm_url, is_confirmable
from billing.payments.mails import (
    as_shown,
    billing_staff,
    figure,
    method_words,
    money_figure,
    money_readers,
    portal,
    receipt_attachment,
    shown_balance,
)
from billing.payments.models import Payment
from billing.payments.reasons import advice_text, reason_text
from billing.profiles.queries import profile_of
from billing.recharges.models import ConsumptionAlert, Recharge
from billing.recharges.queries import last_payment, rule_of

reason_words = lazy(reason_text, str)
advice_words = lazy(advice_text, str)


def mail_threshold(company: Company, event: Event, *, at: datetime) -> None:
    """The balance is at or below the threshold."""
    rule = rule_of(company)
    if rule is None:
        return
    currency = profile_of(company.pk).currency
    queue_mail(
        "threshold_reached",
        company=company,
        to=money_readers(company),
        once=f"threshold:{event.pk}",
        context={
            "balance": as_shown(Decimal(event.data["balance"]), company, at=at),
            "threshold": figure(rule.threshold, currency),
            "recharge_to": figure(rule.recharge_to, currency),
            "is_paused": rule.paused_at is not None,
            "url": portal("balance/"),
        },
        at=at,
    )


def mail_success(recharge: Recharge, *, at: datetime) -> None:
    """The balance is up again; the receipt voucher is attached."""
    company, payment = recharge.company, last_payment(recharge)
    if payment is None or payment.receipt is None:
        return
    queue_mail(
        "recharge_succeeded",
        company=company,
        to=money_readers(company),
        once=f"recharge:{recharge.pk}:succeeded",
        context={
            "is_automatic": recharge.trigger == Recharge.Trigger.AUTO,
            "amount": money_figure(recharge.amount),
            "method": method_words(payment),
            "balance": shown_balance(company, at=at),
            "receipt": payment.receipt.number,
            "url": portal("balance/"),
        },
        at=at,
        attachments=[receipt_attachment(payment.receipt)],
    )


def mail_failure(recharge: Recharge, *, at: datetime) -> None:
    """An attempt failed: why, what to do, when the next one is."""
    payment = last_payment(recharge)
    queue_mail(
        "recharge_failed",
        company=recharge.company,
        to=money_readers(recharge.company),
        once=f"recharge:{recharge.pk}:failed:{recharge.tries}",
        context=_failure(recharge, payment, at=at) | {"retry_at": recharge.next_attempt_at},
        at=at,
    )


def mail_exhaustion(recharge: Recharge, *, at: datetime) -> None:
    """The last attempt failed: the customer and the staff are told."""
    company = recharge.company
    facts = _failure(recharge, last_payment(recharge), at=at)
    once = f"recharge:{recharge.pk}:exhausted"
    _mail_both("recharge_exhausted", company, once=once, context=facts, at=at)


def mail_stop(company: Company, event: Event, *, at: datetime) -> None:
    """Services have stopped at the floor: the customer and the staff are told."""
    facts: dict[str, object] = {
        "balance": shown_balance(company, at=at),
        "url": portal("pay/"),
    }
    once = f"account_exhausted:{event.pk}"
    _mail_both("account_exhausted", company, once=once, context=facts, at=at)


def mail_restart(company: Company, event: Event, *, at: datetime) -> None:
    """Services run again."""
    queue_mail(
        "account_restored",
        company=company,
        to=money_readers(company),
        once=f"account_restored:{event.pk}",
        context={"balance": shown_balance(company, at=at), "url": portal("balance/")},
        at=at,
    )


def mail_consumption(
    alert: ConsumptionAlert, *, consumed: Decimal, period_start: datetime, at: datetime
) -> None:
    """Consumption of the period has reached the limit: to the addresses that the alert names."""
    company = alert.company
    currency = profile_of(company.pk).currency
    queue_mail(
        "consumption_alert",
        company=company,
        to=alert.emails,
        once=f"consumption:{company.pk}:{period_start.isoformat()}:{alert.limit}",
        context={
            "consumed": figure(consumed, currency),
            "limit": figure(alert.limit, currency),
            "period_start": period_start,
            "url": portal("balance/"),
        },
        at=at,
    )


def _failure(recharge: Recharge, payment: Payment | None, *, at: datetime) -> dict[str, object]:
    company = recharge.company
    return {
        "amount": money_figure(recharge.amount),
        "method": method_words(payment) if payment else "",
        "reason": reason_words(recharge.failure_code),
        "advice": advice_words(recharge.failure_code),
        "attempt": recharge.attempt,
        "balance": shown_balance(company, at=at),
        "confirm_url": confirm_url(payment) if payment and is_confirmable(payment) else "",
        "url": portal("pay/"),
    }


def _mail_both(
    kind: str, company: Company, *, once: str, context: dict[str, object], at: datetime
) -> None:
    """To the customer; and to the staff, in words of their own and with a way to the company."""
    queue_mail(kind, company=company, to=money_readers(company), once=once, context=context, at=at)
    url = f"{settings.PUBLIC_URL}/admin/accounts/company/{company.pk}/change/"
    queue_mail(
        f"{kind}_staff",
        company=None,
        to=billing_staff(),
        once=f"{once}:staff",
        context=context | {"customer": company, "url": url},
        at=at,
    )
