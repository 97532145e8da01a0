"""Payments in another currency than the account's: what is charged, and what goes back.

The account's amount is the one that is asked for; the card is charged what that is at the rate of
the day, rounded up to what the gateway can charge, so that the account is never short. The money
that is between the two currencies stands in the `fx` accounts, in both of them:

    cash:EUR −92, fx:EUR +92; fx:USD −100, customer:USD +100
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.db.models import Sum
from djmoney.money import Money

from accounts.companies.models import Company
from billing.currencies.actions import kept
from billing.currencies.calc import converted, down_to_step, up_to_step
from billing.currencies.models import ExchangeRate
from billing.currencies.queries import (
    check_offered,
    is_multi_currency,
    rate_at,
    required_rate,
)
from billing.ledger.actions import LegSpec
from billing.ledger.models import AccountKind
from billing.money.calc import minor_digits, round_minor
from billing.payments.exceptions import InvalidPaymentAmount
from billing.payments.gateways.registry import CARD_GATEWAYS, card_gateway
from billing.payments.models import Payment, Refund
from billing.profiles.queries import profile_of

NOTHING = Decimal(0)


def payment_currency(company: Company, *, asked: str | None, at: datetime) -> str:
    """What a payment is made in: as asked for this time, else as the company likes it.

    A company's liking is passed over while there is no rate for it, or several currencies are not
    on offer. What is asked for by name is refused then: raises OnlyDefaultCurrency,
    CurrencyNotOffered, NoExchangeRate.
    """
    profile = profile_of(company.pk)
    if asked is not None:
        if asked != profile.currency:
            check_offered(asked, at=at, attr="payment_currency")
            required_rate(profile.currency, asked, at=at, attr="payment_currency")
        return asked
    liked = profile.payment_currency
    if not liked or not is_multi_currency(at=at):
        return profile.currency
    return liked if rate_at(profile.currency, liked, at=at) else profile.currency


def to_take(
    amount: Money, currency: str, *, gateway: str, at: datetime
) -> tuple[Money, ExchangeRate]:
    """What `amount` is in the payment's currency today, rounded up to what the gateway takes.

    Raises NoExchangeRate.
    """
    rate = required_rate(str(amount.currency), currency, at=at, attr="payment_currency")
    exact = converted(amount.amount, rate.units_per_base)
    return Money(up_to_step(exact, chargeable_step(gateway, currency)), currency), kept(rate)


def received_as(taken: Money, currency: str, *, at: datetime) -> tuple[Money, ExchangeRate]:
    """What money that came in another currency is on the account, rounded half-even.

    Raises NoExchangeRate, InvalidPaymentAmount when that is nothing.
    """
    rate = required_rate(str(taken.currency), currency, at=at, attr="amount.currency")
    amount = round_minor(converted(taken.amount, rate.units_per_base), currency)
    if amount <= 0:
        raise InvalidPaymentAmount(f"In {currency} that comes to nothing.")
    return Money(amount, currency), kept(rate)


def chargeable_step(name: str, currency: str) -> Decimal:
    """What amounts at the gateway are multiples of; by hand, minor units."""
    if name not in CARD_GATEWAYS:
        return minor_unit(currency)
    return max(card_gateway(name).smallest_step(currency), minor_unit(currency))


def minor_unit(currency: str) -> Decimal:
    return Decimal(1).scaleb(-minor_digits(currency))


def share_to_return(payment: Payment, amount: Decimal) -> Money | None:
    """What goes back to the card for `amount` of the account; None where that is the same.

    The same share of what was taken, whatever the rate is today: several refunds together never
    give back more than was taken, and the last one gives all that is left of it.
    Raises InvalidPaymentAmount when it is less than the gateway can move.
    """
    if payment.taken is None:
        return None
    currency = str(payment.taken.currency)
    others = payment.refunds.exclude(
        status__in=[Refund.Status.FAILED, Refund.Status.DECLINED]
    ).aggregate(amount=Sum("amount"), taken=Sum("taken"))
    before, gone = others["amount"] or NOTHING, others["taken"] or NOTHING
    if before + amount >= payment.amount.amount:
        return Money(payment.taken.amount - gone, currency)
    share = (before + amount) / payment.amount.amount
    due = (
        down_to_step(payment.taken.amount * share, chargeable_step(payment.gateway, currency))
        - gone
    )
    if due <= 0:
        raise InvalidPaymentAmount(f"In {currency} that is less than can be given back.")
    return Money(due, currency)


def share_of_account(payment: Payment, seen: Decimal) -> Decimal:
    """What `seen`, moved at the gateway in the payment's currency, is on the account."""
    if payment.taken is None:
        return seen
    currency = str(payment.amount.currency)
    return round_minor(payment.amount.amount * seen / payment.taken.amount, currency)


def exchange_legs(amount: Money, moved: Money, *, sign: int) -> list[LegSpec]:
    """The two `fx` legs between the account and the gateway; none within one currency.

    `sign` 1: money comes in; −1: it goes out.
    """
    if amount.currency == moved.currency:
        return []
    return [
        LegSpec(AccountKind.FX, sign * moved.amount, str(moved.currency)),
        LegSpec(AccountKind.FX, -sign * amount.amount, str(amount.currency)),
    ]
