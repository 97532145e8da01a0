"""A recharge goes on or ends; each with its event. The caller holds account and recharge.

pending → charging → succeeded
                   | retry_scheduled → charging …
                   | exhausted: the rule is paused
                   | failed: by hand, not needed any more, or nothing may be charged
"""

from __future__ import annotations

from datetime import datetime, timedelta

from accounts.events.actions import publish
from billing.ledger.queries import balance_after
from billing.payments.models import Payment
from billing.recharges.models import Recharge, RechargeRule
from billing.recharges.queries import cards_in_reach, cards_to_try, last_payment, recharge_data
from features.queries import value

NO_CARD = "no_payment_method"
GATEWAY_OFF = "gateway_off"
NOT_NEEDED = "not_needed"
ENDED = (Recharge.Status.SUCCEEDED, Recharge.Status.EXHAUSTED, Recharge.Status.FAILED)


def succeed(recharge: Recharge, payment: Payment, *, at: datetime) -> None:
    """The money is booked; whatever the recharge was before, it has succeeded, once."""
    if recharge.status == Recharge.Status.SUCCEEDED or payment.entry is None:
        return
    recharge.amount = payment.amount
    recharge.balance_after = balance_after(payment.entry)
    recharge.failure_code = ""
    _end(recharge, Recharge.Status.SUCCEEDED, at=at)
    _publish("recharge.succeeded", recharge, at=at)


def fail_by_hand(recharge: Recharge, payment: Payment, *, at: datetime) -> None:
    """Pay now was declined: there is no second try but the customer's own."""
    recharge.failure_code = payment.failure_code
    _end(recharge, Recharge.Status.FAILED, at=at)
    _publish("recharge.failed", recharge, at=at)


def fail_attempt(recharge: Recharge, rule: RechargeRule, *, at: datetime) -> None:
    """No card of this attempt could be charged: the next one comes later, or there is none."""
    if recharge.attempt >= value("recharge_attempts", at=at):
        exhaust(recharge, rule, at=at)
        return
    recharge.failure_code = _reason(recharge, rule)
    recharge.status = Recharge.Status.RETRY_SCHEDULED
    recharge.next_attempt_at = at + timedelta(hours=value("recharge_retry_hours", at=at))
    recharge.lease_until = None
    recharge.save()
    _publish("recharge.failed", recharge, at=at)


def exhaust(recharge: Recharge, rule: RechargeRule, *, at: datetime) -> None:
    """The last attempt has failed: automatic recharge pauses until a payment or a new card."""
    recharge.failure_code = _reason(recharge, rule)
    _end(recharge, Recharge.Status.EXHAUSTED, at=at)
    RechargeRule.objects.filter(pk=rule.pk).update(paused_at=at)
    _publish("recharge.exhausted", recharge, at=at)


def call_off(recharge: Recharge, *, code: str, note: str, at: datetime) -> None:
    """Nothing is charged, and nobody has to do anything about it: no event."""
    recharge.failure_code = recharge.failure_code or code
    recharge.note = note
    _end(recharge, Recharge.Status.FAILED, at=at)


def start_over(recharge: Recharge, *, at: datetime) -> None:
    """What waits for its retry has all its attempts before it again, the first at `at`."""
    recharge.attempt = 0
    recharge.next_attempt_at = at
    recharge.save(update_fields=["attempt", "next_attempt_at"])


def _end(recharge: Recharge, status: Recharge.Status, *, at: datetime) -> None:
    recharge.status, recharge.ended_at = status, at
    recharge.next_attempt_at = recharge.lease_until = None
    recharge.save()


def _reason(recharge: Recharge, rule: RechargeRule) -> str:
    """The gateway's last word, or that no gateway of its cards is on."""
    if cards_to_try(rule) and not cards_in_reach(rule):
        return GATEWAY_OFF
    payment = last_payment(recharge)
    return payment.failure_code if payment is not None else NO_CARD


def _publish(event: str, recharge: Recharge, *, at: datetime) -> None:
    publish(event, company=recharge.company, data=recharge_data(recharge), at=at)
