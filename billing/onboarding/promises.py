"""What the sign-up pages say will happen to the deposit, by the features in force."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from djmoney.money import Money

from billing.onboarding.calc import split_deposit
from billing.onboarding.models import SignUp
from billing.onboarding.queries import deposit_in, refund_percent


@dataclass(frozen=True)
class DepositPromise:
    """The deposit that is taken, and how much of it comes back to the card and to the balance."""

    deposit: Money
    to_card: Decimal
    to_balance: Decimal


def deposit_promise(currency: str, *, at: datetime) -> DepositPromise | None:
    """None when activation needs no payment."""
    deposit = deposit_in(currency, at=at)
    if deposit is None:
        return None
    back, rest = split_deposit(
        deposit.amount, refund_percent=refund_percent(at=at), currency=currency
    )
    return DepositPromise(deposit, back, rest)


def deposit_split(sign_up: SignUp | None, *, at: datetime) -> DepositPromise | None:
    """What would become of a deposit that is held, were the company verified now."""
    if sign_up is None or sign_up.deposit != SignUp.Deposit.HELD or sign_up.payment is None:
        return None
    deposit = sign_up.payment.amount
    back, rest = split_deposit(
        deposit.amount, refund_percent=refund_percent(at=at), currency=str(deposit.currency)
    )
    return DepositPromise(deposit, back, rest)
