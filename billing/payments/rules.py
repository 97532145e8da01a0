"""What every payment must be, whoever makes it."""

from __future__ import annotations

from datetime import datetime

from djmoney.money import Money

from accounts.access.exceptions import Refused
from accounts.companies.models import Company
from billing.currencies.queries import is_multi_currency
from billing.money.calc import is_in_minor_units
from billing.payments.availability import bank_details
from billing.payments.exceptions import (
    CardDeclined,
    InvalidPaymentAmount,
    PaymentFailed,
    PortalPaymentOff,
    WrongPaymentCurrency,
)
from billing.payments.gateways.base import CardGateway
from billing.payments.models import Payment
from billing.profiles.queries import profile_of
from features.queries import value

# The gateway's words for an amount that it does not charge.
AMOUNT_CODES = frozenset(
    {"amount_too_large", "amount_too_small", "invalid_amount", "parameter_invalid_integer"}
)
# Failures that are not the card's: no answer ever came, or another amount was received.
OUR_CODES = frozenset({"no_answer", "wrong_amount"})


def check_portal_payment(company: Company, *, at: datetime) -> None:
    """Customers pay by themselves only while the provider lets them. Raises PortalPaymentOff.

    Staff and automatic recharges are not asked. Feature `portal_payment`.
    """
    if not value("portal_payment", at=at):
        raise PortalPaymentOff(bank_details(company, at=at))


def check_card_amount(amount: Money, *, gateway: CardGateway) -> None:
    """One charge takes so much at most. Raises InvalidPaymentAmount."""
    currency = str(amount.currency)
    most = gateway.largest_charge(currency)
    if amount.amount > most:
        raise InvalidPaymentAmount(f"A card is charged {most} {currency} at most at a time.")


def check_amount(company: Company, amount: Money) -> None:
    """Above zero, in the account's currency, in whole minor units.

    Raises InvalidPaymentAmount, WrongPaymentCurrency.
    """
    currency = str(amount.currency)
    account_currency = profile_of(company.pk).currency
    if currency != account_currency:
        raise WrongPaymentCurrency(currency, account_currency)
    if amount.amount <= 0:
        raise InvalidPaymentAmount("The amount must be above zero.")
    if not is_in_minor_units(amount.amount, currency):
        raise InvalidPaymentAmount(f"The amount must be in whole minor units of {currency}.")


def check_received(company: Company, amount: Money, *, at: datetime) -> None:
    """As `check_amount`; while several currencies are on offer it may be in another one.

    Raises InvalidPaymentAmount, WrongPaymentCurrency.
    """
    currency = str(amount.currency)
    if not is_multi_currency(at=at) or currency == profile_of(company.pk).currency:
        check_amount(company, amount)
    elif amount.amount <= 0 or not is_in_minor_units(amount.amount, currency):
        raise InvalidPaymentAmount("The amount must be above zero, in whole minor units.")


def check_refund_currency(payment: Payment, amount: Money) -> None:
    """Money goes back as it came. Raises WrongPaymentCurrency."""
    currency = str(payment.amount.currency)
    if str(amount.currency) != currency:
        raise WrongPaymentCurrency(str(amount.currency), currency)


def refusal_of(payment: Payment) -> Refused:
    """What to tell the caller of a payment that failed, with the gateway's own code."""
    message = payment.failure_message or "The card was declined."
    if payment.failure_code in AMOUNT_CODES:
        return InvalidPaymentAmount(message)
    if payment.failure_code in OUR_CODES:
        return PaymentFailed(message, code=payment.failure_code)
    return CardDeclined(message, decline_code=payment.failure_code)
