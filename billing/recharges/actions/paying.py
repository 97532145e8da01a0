"""Pay now: a recharge by hand, with a saved or a one-off card."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from djmoney.money import Money

from accounts.companies.models import Company
from billing.payments.actions.charging import collect, open_payment, refresh_payment
from billing.payments.actions.methods import one_off_card
from billing.payments.exceptions import KeyReused, NoPaymentMethod, UnknownPaymentMethod
from billing.payments.gateways.registry import STRIPE, card_gateway
from billing.payments.models import Payment, PaymentMethod
from billing.payments.queries import default_method, saved_method
from billing.payments.rules import check_amount, check_card_amount
from billing.profiles.queries import profile_of
from billing.recharges.exceptions import (
    AboveMaximumRecharge,
    BelowMinimumRecharge,
    CompanyIsClosed,
)
from billing.recharges.models import Recharge, RechargeAttempt
from billing.recharges.queries import last_payment, limits, money_text

TOKEN_PREFIX = "pm_"  # noqa: S105 - how card tokens begin, no secret


def pay_now(
    company: Company,
    *,
    amount: Money,
    card: PaymentMethod,
    key: str,
    by: str,
    at: datetime,
    pay_in: str | None = None,
) -> tuple[Recharge, Payment]:
    """Charge a card for a recharge of any amount within the limits. The same key pays once.

    `pay_in` is the currency that the card is charged in, if not as the company likes it.

    Calls the gateway, so not inside a transaction. What came of it stands in the payment:
    completed, requires_action, failed with its code, or pending when the gateway gave no answer.
    Raises InvalidPaymentAmount, WrongPaymentCurrency, BelowMinimumRecharge, AboveMaximumRecharge,
    CompanyIsClosed, OnlyDefaultCurrency, CurrencyNotOffered, NoExchangeRate, KeyReused.
    """
    before = Recharge.objects.filter(key=key).first()
    if before is not None:
        return _same(before, company, amount)
    check_recharge(company, amount, at=at)
    check_card_amount(amount, gateway=card_gateway(card.gateway))
    with transaction.atomic(durable=True):
        recharge, payment = _open(
            company, amount=amount, card=card, pay_in=pay_in, key=key, by=by, at=at
        )
    collect(payment, at=at)
    return outcome_of(recharge.pk)


def refresh_recharge(recharge: Recharge, *, at: datetime) -> None:
    """Ask the gateway about a recharge that waits for its customer. Calls the gateway.

    An automatic recharge that has not been attempted yet has no payment to ask about.
    """
    payment = last_payment(recharge)
    if payment is not None:
        refresh_payment(payment, at=at)


def outcome_of(recharge_id: UUID) -> tuple[Recharge, Payment]:
    """A recharge and its latest payment as they are now."""
    recharge = Recharge.objects.select_related("company").get(pk=recharge_id)
    payment = last_payment(recharge)
    if payment is None:
        raise Payment.DoesNotExist
    return recharge, payment


def card_to_charge(company: Company, named: str | None, *, at: datetime) -> PaymentMethod:
    """The card that a request names: the id of a saved one, a one-off card's token, or none.

    May call the gateway. Raises NoPaymentMethod, UnknownPaymentMethod, TryGatewayLater.
    """
    if named is None:
        card = default_method(company)
        if card is None:
            raise NoPaymentMethod
        return card
    if named.startswith(TOKEN_PREFIX):
        return one_off_card(company, gateway=STRIPE, token=named, at=at)
    saved = saved_method(company, _uuid(named))
    if saved is None:
        raise UnknownPaymentMethod
    return saved


def check_recharge(company: Company, amount: Money, *, at: datetime) -> None:
    """The rules of Pay now; the limits bind prepaid customers."""
    if company.status == Company.Status.CLOSED:
        raise CompanyIsClosed
    check_amount(company, amount)
    profile = profile_of(company.pk)
    bound = limits(profile, at=at)
    if bound.minimum is not None and amount.amount < bound.minimum:
        raise BelowMinimumRecharge(money_text(bound.minimum, profile.currency))
    if bound.maximum is not None and amount.amount > bound.maximum:
        raise AboveMaximumRecharge(money_text(bound.maximum, profile.currency))


def _open(
    company: Company,
    *,
    amount: Money,
    card: PaymentMethod,
    pay_in: str | None,
    key: str,
    by: str,
    at: datetime,
) -> tuple[Recharge, Payment]:
    recharge, is_new = Recharge.objects.get_or_create(
        key=key,
        defaults={
            "company": company,
            "trigger": Recharge.Trigger.MANUAL,
            "status": Recharge.Status.CHARGING,
            "amount": amount,
            "attempt": 1,
            "by": by,
            "created_at": at,
        },
    )
    if not is_new:
        return _same(recharge, company, amount)
    payment = open_payment(
        company,
        amount=amount,
        purpose=Payment.Purpose.RECHARGE,
        card=card,
        key=f"recharge:{recharge.pk}:1:{card.pk}",
        by=by,
        at=at,
        pay_in=pay_in,
    )
    RechargeAttempt.objects.create(recharge=recharge, number=1, payment=payment, made_at=at)
    return recharge, payment


def _same(recharge: Recharge, company: Company, amount: Money) -> tuple[Recharge, Payment]:
    if (recharge.company_id, recharge.amount) != (company.pk, amount):
        raise KeyReused
    return outcome_of(recharge.pk)


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise UnknownPaymentMethod from error
