"""Amounts as people type them."""

from __future__ import annotations

import re
from decimal import Decimal

from django import forms
from django.core.exceptions import ValidationError

from billing.money.calc import InvalidAmount, minor_digits, parse_amount, plain

DIGITS_IN_A_GROUP = 3
_GROUPING = re.compile(r"[\s\u00a0\u202f'’_]")


def plain_number(text: str) -> str:
    """The number behind grouping and a decimal comma: "1 250,5" is 1250.5, "1,250" is 1250.

    js/money-input.js reads by the same rule.
    """
    compact = _GROUPING.sub("", text)
    comma, point = compact.rfind(","), compact.rfind(".")
    if comma < point or comma < 0:
        return compact.replace(",", "")
    is_grouping = point < 0 and len(compact) - comma - 1 == DIGITS_IN_A_GROUP
    if is_grouping:
        return compact.replace(",", "")
    whole, fraction = compact[:comma], compact[comma + 1 :]
    return f"{whole.replace('.', '').replace(',', '')}.{fraction}"


class AmountFormField(forms.CharField):
    """A Decimal in the currency that its form gives it by `in_currency`; None when left empty."""

    currency = "USD"

    def in_currency(self, currency: str) -> None:
        self.currency = currency

    def clean(self, value: str | None) -> Decimal | None:
        """Raises ValidationError for what is no amount in minor units of the currency."""
        text = super().clean(value)
        if text == "":
            return None
        try:
            return parse_amount(plain_number(text), decimals=minor_digits(self.currency))
        except InvalidAmount as error:
            raise ValidationError(str(error)) from error

    def prepare_value(self, value: Decimal | str | None) -> str | None:
        """The stored amount as a plain number with the currency's decimals."""
        if isinstance(value, Decimal):
            return plain(value, at_least=minor_digits(self.currency))
        return value
