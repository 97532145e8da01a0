"""Attempting an automatic recharge: a claim, then card by card until one is charged.

Nothing is decided but under the account's lock, from what the database says then: a worker that
dies is followed by another one, and a webhook may have been quicker than both.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Greatest, Now
from djmoney.money import Money

from accounts.companies.models import Company
from billing.ledger.queries import lock_account
from billing.money.calc import minor_digits
from billing.payments.actions.charging import (
    collect,
    is_confirmable,
    open_payment,
    reconcile,
    withdraw_payment,
)
from billing.payments.actions.settling import WRONG_AMOUNT
from billing.payments.exceptions import GatewayRefused, GatewayUnavailable
from billing.payments.gateways.registry import card_gateway
from billing.payments.models import Payment, PaymentMethod
from billing.profiles.models import BillingProfile
from billing.profiles.queries import profile_of
from billing.recharges.actions.states import NOT_NEEDED, call_off, exhaust, fail_attempt
from billing.recharges.calc import Bounds, Charge, LimitedBy, recharge_charge
from billing.recharges.models import Recharge, RechargeAttempt, RechargeRule
from billing.recharges.queries import (
    attempted_payments,
    cards_in_reach,
    customer_balance,
    due_recharges,
    limits,
    lock_recharge,
    lock_rule,
    spent_this_month,
)
from config.clock import wall

log = logging.getLogger(__name__)

# A few cards, each with its time-outs, before somebody else may take over.
CARDS_PER_LEASE = 5
NOTES = {
    LimitedBy.MAXIMUM: "Limited by the maximum recharge.",
    LimitedBy.MONTHLY_CAP: "Limited by the monthly cap.",
}


@transaction.atomic(durable=True)
def claim_due_recharge(*, at: datetime, company_id: UUID | None = None) -> UUID | None:
    """Take the recharge that has been due longest (of one company, if named) for a lease.

    A next try raises the count of attempts; taking over from a dead worker does not.
    """
    due = due_recharges(at=at)
    mine = due if company_id is None else due.filter(company=company_id)
    recharge = mine.select_for_update(skip_locked=True, no_key=True).first()
    if recharge is None:
        return None
    is_next = recharge.status == Recharge.Status.RETRY_SCHEDULED
    lease = timedelta(seconds=CARDS_PER_LEASE * settings.GATEWAY_TIMEOUT_SECONDS)
    Recharge.objects.filter(pk=recharge.pk).update(
        status=Recharge.Status.CHARGING,
        attempt=F("attempt") + 1 if is_next else Greatest(F("attempt"), 1),
        tries=F("tries") + 1 if is_next else Greatest(F("tries"), 1),
        next_attempt_at=None,
        lease_until=Now() + lease,
    )
    return recharge.pk


def attempt_recharge(recharge_id: UUID, *, at: datetime, until: datetime | None = None) -> None:
    """One attempt of a claimed recharge: the chosen card, then the fallbacks in order.

    Gateway calls, so not inside a transaction. Raises GatewayUnavailable, GatewayRefused: the end
    of the lease then brings the recharge back. After `until`, in wall time, no further card is
    begun: the job goes on.
    """
    if not _settle_earlier(recharge_id, at=at, until=until):
        return
    while (payment := _next_payment(recharge_id, at=at)) is not None:
        if collect(payment, at=at).status == Payment.Status.PENDING:
            return
        if _is_late(until):
            _leave_to_job(recharge_id)
            return
    _withdraw_unconfirmed(recharge_id, at=at)


def attempt_at_once(company_id: UUID, *, at: datetime) -> None:
    """Attempt what is due for one company now; what takes long the job goes on with later."""
    recharge_id = claim_due_recharge(at=at, company_id=company_id)
    if recharge_id is None:
        return
    until = wall() + timedelta(seconds=settings.GATEWAY_TIMEOUT_SECONDS)
    try:
        attempt_recharge(recharge_id, at=at, until=until)
    except (GatewayUnavailable, GatewayRefused) as problem:
        log.warning("recharge %s waits for the gateway: %s", recharge_id, problem)


def _settle_earlier(recharge_id: UUID, *, at: datetime, until: datetime | None) -> bool:
    """Finish what earlier tries left open, so that nothing is paid twice; False when one is
    still without an answer, or time is up."""
    for payment in attempted_payments(recharge_id):
        if _is_late(until):
            _leave_to_job(recharge_id)
            return False
        if payment.status == Payment.Status.PENDING:
            if reconcile(payment, at=at).status == Payment.Status.PENDING:
                return False
        else:
            _withdraw(payment, at=at)
    return True


def _is_late(until: datetime | None) -> bool:
    return until is not None and until < wall()


def _leave_to_job(recharge_id: UUID) -> None:
    """The lease ends now: who claims it next goes on where this attempt stopped."""
    Recharge.objects.filter(pk=recharge_id, status=Recharge.Status.CHARGING).update(
        lease_until=Now()
    )


def _withdraw_unconfirmed(recharge_id: UUID, *, at: datetime) -> None:
    """A fallback card has paid: the card that wanted 3-D Secure must not pay as well."""
    if Recharge.objects.get(pk=recharge_id).status == Recharge.Status.SUCCEEDED:
        for payment in attempted_payments(recharge_id):
            _withdraw(payment, at=at)


def _withdraw(payment: Payment, *, at: datetime) -> None:
    if is_confirmable(payment) or payment.status == Payment.Status.REQUIRES_ACTION:
        withdraw_payment(payment, at=at)


@transaction.atomic(durable=True)
def _next_payment(recharge_id: UUID, *, at: datetime) -> Payment | None:
    """Open the payment that is to be collected next; None when the attempt is over."""
    company = Recharge.objects.select_related("company").get(pk=recharge_id).company
    profile = profile_of(company.pk)
    lock_account(company.pk, profile.currency)
    recharge, rule = lock_recharge(recharge_id), lock_rule(company)
    if rule is None or recharge.status != Recharge.Status.CHARGING:
        return None
    tried = list(attempted_payments(recharge_id).filter(attempt__number=recharge.tries))
    if _is_over(recharge, rule, profile, tried, at=at):
        return None
    card = _next_card(rule, tried)
    if card is None:
        fail_attempt(recharge, rule, at=at)
        return None
    charge = _charge(rule, profile, card, at=at)
    if charge.amount == 0:
        limit = charge.limited_by or LimitedBy.MAXIMUM
        call_off(recharge, code=f"{limit}_reached", note=NOTES[limit], at=at)
        return None
    return _open(recharge, rule, card, charge, at=at)


def _is_over(
    recharge: Recharge,
    rule: RechargeRule,
    profile: BillingProfile,
    tried: list[Payment],
    *,
    at: datetime,
) -> bool:
    """Whether no further card is to be tried, and why: not needed, in other hands, suspicious."""
    balance = customer_balance(profile.company, profile.currency)
    is_closed = recharge.company.status == Company.Status.CLOSED
    if is_closed or not rule.enabled or balance > rule.threshold:
        call_off(recharge, code=NOT_NEEDED, note="No recharge is needed any more.", at=at)
        return True
    if any(payment.failure_code == WRONG_AMOUNT for payment in tried):
        exhaust(recharge, rule, at=at)
        return True
    return any(payment.status == Payment.Status.PENDING for payment in tried)


def _next_card(rule: RechargeRule, tried: list[Payment]) -> PaymentMethod | None:
    before = {payment.payment_method_id for payment in tried}
    return next((card for card in cards_in_reach(rule) if card.pk not in before), None)


def _charge(
    rule: RechargeRule, profile: BillingProfile, card: PaymentMethod, *, at: datetime
) -> Charge:
    """What is charged, worked out now, under the lock."""
    company, currency = profile.company, profile.currency
    gateway, bound = card_gateway(card.gateway), limits(profile, at=at)
    largest = gateway.largest_charge(currency)
    minor_unit = Money(1, currency).amount.scaleb(-minor_digits(currency))
    left = None
    if rule.monthly_cap is not None:
        left = rule.monthly_cap - spent_this_month(company, at=at)
    return recharge_charge(
        balance=customer_balance(company, currency),
        recharge_to=rule.recharge_to,
        bounds=Bounds(
            minimum=bound.minimum,
            maximum=min(largest, bound.maximum or largest),
            left_of_cap=left,
            step=max(minor_unit, gateway.smallest_step(currency)),
        ),
    )


def _open(
    recharge: Recharge, rule: RechargeRule, card: PaymentMethod, charge: Charge, *, at: datetime
) -> Payment:
    payment = open_payment(
        recharge.company,
        amount=Money(charge.amount, recharge.amount.currency),
        purpose=Payment.Purpose.RECHARGE,
        card=card,
        key=f"recharge:{recharge.pk}:{recharge.tries}:{card.pk}",
        by=recharge.by,
        at=at,
        is_off_session=True,
    )
    RechargeAttempt.objects.create(
        recharge=recharge, number=recharge.tries, payment=payment, made_at=at
    )
    recharge.amount = payment.amount
    recharge.threshold, recharge.recharge_to = rule.threshold, rule.recharge_to
    recharge.note = NOTES[charge.limited_by] if charge.limited_by else ""
    recharge.save(update_fields=["amount", "amount_currency", "threshold", "recharge_to", "note"])
    return payment
