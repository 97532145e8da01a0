"""Amounts in the API: always strings, never JSON numbers.

An object with a currency of its own carries amounts as plain decimal strings
(`AmountStringField`); everywhere else money is `{"amount": "12.50", "currency": "USD"}`
(`MoneyField`).
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import TypeVar

from djmoney.money import Money
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail

from billing.money.calc import (
    LEDGER_DECIMALS,
    InvalidAmount,
    is_currency,
    minor_digits,
    parse_amount,
    plain,
)

T = TypeVar("T")

INVALID_AMOUNT = "invalid_amount"
UNKNOWN_CURRENCY = "unknown_currency"

MONEY_SCHEMA = {
    "type": "object",
    "properties": {
        "amount": {"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]+)?$", "example": "12.50"},
        "currency": {"type": "string", "pattern": "^[A-Z]{3}$", "example": "USD"},
    },
    "required": ["amount", "currency"],
}


@extend_schema_field({"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]+)?$", "example": "12.5"})
class AmountStringField(serializers.Field[Decimal, str, str, Decimal]):
    """A plain decimal string of at most `decimals` decimals, between the bounds if given."""

    def __init__(
        self,
        *,
        decimals: int = LEDGER_DECIMALS,
        minimum: Decimal | None = None,
        maximum: Decimal | None = None,
        **options: object,
    ) -> None:
        self.decimals = decimals
        self.minimum = minimum
        self.maximum = maximum
        super().__init__(**options)  # type: ignore[arg-type]

    def to_internal_value(self, data: object) -> Decimal:
        amount = read_amount(data, decimals=self.decimals)
        if self.minimum is not None and amount < self.minimum:
            raise serializers.ValidationError(
                f"The amount must not be below {plain(self.minimum)}.", code=INVALID_AMOUNT
            )
        if self.maximum is not None and amount > self.maximum:
            raise serializers.ValidationError(
                f"The amount must not be above {plain(self.maximum)}.", code=INVALID_AMOUNT
            )
        return amount

    def to_representation(self, value: Decimal) -> str:
        return plain(value)


@extend_schema_field({"type": "string", "pattern": "^[A-Z]{3}$", "example": "USD"})
class CurrencyCodeField(serializers.Field[str, str, str, str]):
    """An ISO 4217 code of a currency in circulation."""

    def to_internal_value(self, data: object) -> str:
        return read_currency(data)

    def to_representation(self, value: str) -> str:
        return value


@extend_schema_field(MONEY_SCHEMA)
class MoneyField(serializers.Field[Money, object, dict[str, str], Money]):
    """Amount and currency together; by default in whole minor units of the currency.

    Errors name the part: `<field>.amount` or `<field>.currency`. Signs and limits are the
    action's business, except that with `positive=True` zero and less are refused here.
    """

    def __init__(
        self,
        *,
        decimals: int | None = None,
        positive: bool = False,
        **options: object,
    ) -> None:
        self.decimals = decimals
        self.positive = positive
        super().__init__(**options)  # type: ignore[arg-type]

    def to_internal_value(self, data: object) -> Money:
        if not isinstance(data, dict):
            raise serializers.ValidationError(
                'Money is an object such as {"amount": "12.50", "currency": "USD"}.',
                code=INVALID_AMOUNT,
            )
        currency = part(data, "currency", read_currency)
        decimals = minor_digits(currency) if self.decimals is None else self.decimals
        amount = part(data, "amount", partial(read_amount, decimals=decimals))
        if self.positive and amount <= 0:
            refusal = ErrorDetail("The amount must be above zero.", code=INVALID_AMOUNT)
            raise serializers.ValidationError({"amount": [refusal]})
        return Money(amount, currency)

    def to_representation(self, value: Money) -> dict[str, str]:
        currency = str(value.currency)
        return {
            "amount": plain(value.amount, at_least=minor_digits(currency)),
            "currency": currency,
        }


def part(data: dict[str, object], name: str, read: Callable[[object], T]) -> T:
    """One member of a money object; what is wrong with it is told under its name."""
    if name not in data:
        raise serializers.ValidationError(
            {name: [ErrorDetail("This field is required.", code="required")]}
        )
    try:
        return read(data[name])
    except serializers.ValidationError as error:
        raise serializers.ValidationError({name: error.detail}) from error


def read_amount(data: object, *, decimals: int) -> Decimal:
    """The amount of a request field; refuses JSON numbers, which lose digits on the way."""
    if not isinstance(data, str):
        raise serializers.ValidationError(
            'Write the amount as a string, such as "12.50".', code=INVALID_AMOUNT
        )
    try:
        return parse_amount(data, decimals=decimals)
    except InvalidAmount as error:
        raise serializers.ValidationError(str(error), code=INVALID_AMOUNT) from error


def read_currency(data: object) -> str:
    """The currency code of a request field."""
    if isinstance(data, str) and is_currency(data):
        return data
    raise serializers.ValidationError(
        "This is not the ISO 4217 code of a currency, such as USD.", code=UNKNOWN_CURRENCY
    )
