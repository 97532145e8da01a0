"""Reads of recharge rules and recharges."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db.models import Q, QuerySet, Sum
from django.db.models.functions import Now

from accounts.companies.models import Company
from billing.ledger.queries import customer_accounts
from billing.money.calc import ceil_minor, minor_digits, plain
from billing.payments.availability import is_available
from billing.payments.models import Payment, PaymentMethod
from billing.payments.queries import (
    least_recharge,
    money_json,
    most_recharge,
    payment_data,
    saved_methods,
)
from billing.profiles.models import BillingProfile, BillingType
from billing.recharges.calc import month_start
from billing.recharges.models import ConsumptionAlert, Recharge, RechargeRule

NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Limits:
    """What one recharge may be, in the customer's currency; None is no limit."""

    minimum: Decimal | None
    maximum: Decimal | None


def limits(profile: BillingProfile, *, at: datetime) -> Limits:
    """The provider's limits; they bind prepaid customers only."""
    if profile.billing_type != BillingType.PREPAID:
        return Limits(None, None)
    return Limits(
        minimum=least_recharge(profile.currency, at=at),
        maximum=most_recharge(profile.currency, at=at),
    )


def least_recharges(company_ids: list[UUID], *, at: datetime) -> list[Decimal]:
    """The minimum of each of these companies, were it prepaid, in their order; 0: none."""
    profiles = BillingProfile.objects.filter(company__in=company_ids)
    currencies = dict(profiles.values_list("company_id", "currency"))
    least = {code: least_recharge(code, at=at) or NOTHING for code in set(currencies.values())}
    return [least[currencies[company_id]] for company_id in company_ids]


def rule_of(company: Company) -> RechargeRule | None:
    """The company's rule for automatic recharge, if it has ever set one."""
    return RechargeRule.objects.select_related("payment_method").filter(company=company).first()


def alert_of(company: Company) -> ConsumptionAlert | None:
    return ConsumptionAlert.objects.filter(company=company).first()


def lock_rule(company: Company) -> RechargeRule | None:
    """The rule, locked; lock the account before."""
    return RechargeRule.objects.select_for_update(no_key=True).filter(company=company).first()


def lock_recharge(recharge_id: UUID) -> Recharge:
    """The recharge, locked; lock the account before."""
    rows = Recharge.objects.select_related("company")
    return rows.select_for_update(no_key=True, of=("self",)).get(pk=recharge_id)


def recharge_of(payment: Payment) -> Recharge | None:
    """The recharge that the payment is an attempt of, locked."""
    rows = Recharge.objects.select_related("company").filter(attempts__payment=payment)
    return rows.select_for_update(no_key=True, of=("self",)).first()


def open_recharge(company: Company) -> Recharge | None:
    """The automatic recharge that is under way or waits for its retry: at most one."""
    return Recharge.objects.filter(
        company=company, trigger=Recharge.Trigger.AUTO, status__in=Recharge.OPEN
    ).first()


def lock_open_recharge(company: Company) -> Recharge | None:
    """The same, locked; lock the account before."""
    rows = Recharge.objects.select_related("company").filter(
        company=company, trigger=Recharge.Trigger.AUTO, status__in=Recharge.OPEN
    )
    return rows.select_for_update(no_key=True, of=("self",)).first()


def recharges(company: Company) -> QuerySet[Recharge]:
    """The company's recharges, automatic and by hand, newest first."""
    return Recharge.objects.filter(company=company).prefetch_related("attempts__payment__receipt")


def last_payment(recharge: Recharge) -> Payment | None:
    """The payment of the latest attempt."""
    return attempted_payments(recharge.pk).order_by("-attempt__id").first()


def attempted_payments(recharge_id: UUID) -> QuerySet[Payment]:
    """Payments of the recharge's attempts, with what charging them needs; in their order."""
    rows = Payment.objects.select_related("company", "payment_method", "receipt", "entry")
    return rows.filter(attempt__recharge=recharge_id).order_by("attempt__id")


def cards_to_try(rule: RechargeRule) -> list[PaymentMethod]:
    """The chosen card, else the default; then the fallbacks in order. Without refused ones."""
    saved = {card.pk: card for card in saved_methods(rule.company)}
    default = next((card.pk for card in saved.values() if card.is_default), None)
    first = rule.payment_method_id if rule.payment_method_id in saved else default
    order = dict.fromkeys([first, *rule.fallback_methods])
    return [saved[key] for key in order if key in saved and not saved[key].is_refused]


def cards_in_reach(rule: RechargeRule) -> list[PaymentMethod]:
    """Of `cards_to_try` those whose gateway the company may use now."""
    cards = cards_to_try(rule)
    gateways = {card.gateway for card in cards}
    on = {gateway for gateway in gateways if is_available(gateway, rule.company)}
    return [card for card in cards if card.gateway in on]


def customer_balance(company: Company, currency: str) -> Decimal:
    """What stands on the customer account; holds are not counted."""
    account = customer_accounts().get(company=company, currency=currency)
    return account.balance or NOTHING


def spent_this_month(company: Company, *, at: datetime) -> Decimal:
    """What automatic recharges took in the company's calendar month."""
    taken = Recharge.objects.filter(
        company=company,
        trigger=Recharge.Trigger.AUTO,
        status=Recharge.Status.SUCCEEDED,
        ended_at__gte=month_start(at, zone=company.zone),
    )
    return taken.aggregate(total=Sum("amount"))["total"] or NOTHING


def stale_confirmations() -> QuerySet[Payment]:
    """Payments that a customer could still confirm though their recharge needs them no more."""
    could_be_asked = Q(status=Payment.Status.FAILED) & ~Q(client_secret="")
    is_asked = Q(status=Payment.Status.REQUIRES_ACTION)
    return Payment.objects.filter(could_be_asked | is_asked, _is_over())


def needs(payment: Payment) -> bool:
    """Whether the recharge that the payment is an attempt of, if any, still waits for money."""
    return not Payment.objects.filter(_is_over(), pk=payment.pk).exists()


def _is_over() -> Q:
    """Of payments: their automatic recharge is done or called off, or it was given up and the
    pause is over, so that the next one takes its place."""
    has_ended = Q(attempt__recharge__status__in=[Recharge.Status.SUCCEEDED, Recharge.Status.FAILED])
    has_successor = Q(
        attempt__recharge__status=Recharge.Status.EXHAUSTED,
        attempt__recharge__company__recharge_rule__paused_at=None,
    )
    return Q(attempt__recharge__trigger=Recharge.Trigger.AUTO) & (has_ended | has_successor)


def due_recharges(*, at: datetime) -> QuerySet[Recharge]:
    """Automatic recharges to be attempted: due by business time, or left by a dead worker.

    The lease of a worker is in real time, by the database's clock.
    """
    return Recharge.objects.filter(
        Q(status__in=[Recharge.Status.PENDING, Recharge.Status.RETRY_SCHEDULED])
        & Q(next_attempt_at__lte=at)
        | Q(status=Recharge.Status.CHARGING, lease_until__lt=Now()),
        trigger=Recharge.Trigger.AUTO,
    ).order_by("next_attempt_at", "id")


def money_text(amount: Decimal, currency: str) -> str:
    """An amount in a sentence: 10.00 USD."""
    shown = plain(ceil_minor(amount, currency), at_least=minor_digits(currency))
    return f"{shown} {currency}"


def recharge_data(recharge: Recharge) -> dict[str, object]:
    """The recharge as events tell of it."""
    payment = last_payment(recharge)
    retry = recharge.next_attempt_at
    return {
        "recharge": {
            "id": str(recharge.pk),
            "company": str(recharge.company_id),
            "trigger": recharge.trigger,
            "status": recharge.status,
            "amount": money_json(recharge.amount),
            "attempt": recharge.attempt,
            "failure_code": recharge.failure_code,
            "next_attempt_at": retry.isoformat().replace("+00:00", "Z") if retry else None,
        },
        "payment": payment_data(payment) if payment else None,
    }
