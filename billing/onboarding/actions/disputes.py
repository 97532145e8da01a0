"""A deposit that its cardholder disputes while it is held.

opened    deposit −1, cash +1: no balance is touched, and nothing is decided meanwhile
won       deposit +1, cash −1: it is held again
lost      there is no deposit any more
"""

from __future__ import annotations

from datetime import datetime

from accounts.companies.models import Company
from billing.onboarding.actions.verification import release_deposit
from billing.onboarding.models import SignUp
from billing.onboarding.queries import lock_sign_up
from billing.payments.models import Dispute, Payment


def follow_dispute(payment: Payment, at: datetime) -> None:
    """A lost dispute ends the deposit; a won one that outlasted its company gives it to the
    balance, as its closing would have.

    The company's account and the payment are locked by whoever records the outcome.
    """
    last = payment.disputes.order_by("-opened_at", "-id").first()
    if last is None or last.status == Dispute.Status.OPEN:
        return
    sign_up = lock_sign_up(payment.company)
    is_held = sign_up is not None and sign_up.deposit == SignUp.Deposit.HELD
    if sign_up is None or not is_held or sign_up.payment_id != payment.pk:
        return
    if last.status == Dispute.Status.LOST:
        sign_up.deposit = SignUp.Deposit.LOST
        sign_up.save(update_fields=["deposit"])
    elif sign_up.company.status == Company.Status.CLOSED:
        release_deposit(sign_up, by="system", at=at)
