"""What every payment must be, whoever makes it."""

from __future__ import annotations

from djmoney.money import Money

from accounts.companies.models import Company
from billing.money.calc import is_in_minor_units
from billing.payments.exceptions import InvalidPaymentAmount, WrongPaymentCurrency
from billing.profiles.queries import profile_of


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
