"""What a payment's outcome means for recharges; called in the transaction that records it."""

from __future__ import annotations

from datetime import datetime

from accounts.companies.models import Company
from billing.payments.actions.standing import flag_for_review
from billing.payments.models import Payment
from billing.profiles.queries import profile_of
from billing.recharges.actions.openings import open_due_for
from billing.recharges.actions.states import (
    ENDED,
    NOT_NEEDED,
    call_off,
    fail_by_hand,
    start_over,
    succeed,
)
from billing.recharges.models import Recharge, RechargeRule
from billing.recharges.queries import (
    attempted_payments,
    customer_balance,
    lock_open_recharge,
    lock_rule,
    recharge_of,
)


def follow_payment(payment: Payment, at: datetime) -> None:
    """The recharge follows its payment; money by any route lets automatic recharge start over."""
    recharge = recharge_of(payment)
    if recharge is not None:
        _follow(recharge, payment, at=at)
    if payment.status == Payment.Status.COMPLETED:
        money_came_in(payment.company, at=at)


def money_came_in(company: Company, *, at: datetime) -> None:
    """The counter of attempts starts again, a pause ends; still too low, the next one opens."""
    rule = lock_rule(company)
    if rule is None:
        return
    RechargeRule.objects.filter(pk=rule.pk).update(paused_at=None)
    is_low = customer_balance(company, profile_of(company.pk).currency) <= rule.threshold
    if not is_low:
        RechargeRule.objects.filter(pk=rule.pk).update(threshold_told_at=None)
    waiting = lock_open_recharge(company)
    if waiting is not None and waiting.status != Recharge.Status.CHARGING:
        if is_low and rule.enabled:
            start_over(waiting, at=waiting.next_attempt_at or at)
        else:
            call_off(waiting, code=NOT_NEEDED, note="Money came in by another route.", at=at)
    open_due_for([company.pk], at=at)


def _follow(recharge: Recharge, payment: Payment, *, at: datetime) -> None:
    """An automatic one that failed goes on with the next card, in the hands of its worker.

    A customer who confirms at the bank in the moment in which another card pays has paid twice:
    both are booked, for both came in, and staff give one of them back.
    """
    is_by_hand = recharge.trigger == Recharge.Trigger.MANUAL
    if payment.status == Payment.Status.COMPLETED:
        succeed(recharge, payment, at=at)
        if attempted_payments(recharge.pk).exclude(entry=None).exclude(pk=payment.pk).exists():
            reason = f"recharge {recharge.pk} was paid twice"
            flag_for_review(payment.company, reason=reason, at=at)
    elif payment.status == Payment.Status.FAILED and is_by_hand and recharge.status not in ENDED:
        fail_by_hand(recharge, payment, at=at)
    elif payment.status == Payment.Status.REQUIRES_ACTION and is_by_hand:
        Recharge.objects.filter(pk=recharge.pk).update(status=Recharge.Status.REQUIRES_ACTION)
