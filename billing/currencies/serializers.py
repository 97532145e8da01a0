"""Currencies and rates as the API shows them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from rest_framework import serializers

from billing.currencies.calc import RATE_DECIMALS
from billing.currencies.models import Currency, ExchangeRate
from billing.money.calc import minor_digits
from billing.money.serializers import AmountStringField, CurrencyCodeField


class CurrencyInput(serializers.Serializer[dict[str, Any]]):
    """A currency of ISO 4217, whether customers may choose it, and its place in lists."""

    code = CurrencyCodeField()
    is_enabled = serializers.BooleanField(default=True)
    position = serializers.IntegerField(min_value=0, max_value=10_000, required=False)


class CurrencyOutput(serializers.ModelSerializer[Currency]):
    """`decimals` are those of its minor unit: JPY 0, USD 2, KWD 3."""

    decimals = serializers.SerializerMethodField()

    class Meta:
        model = Currency
        fields = ["code", "is_enabled", "position", "decimals"]

    def get_decimals(self, currency: Currency) -> int:
        return minor_digits(currency.code)


class RateInput(serializers.Serializer[dict[str, Any]]):
    """So many units of `currency` for one unit of the default currency; from now on, unless
    `valid_from` says otherwise. It may lie in the past."""

    currency = CurrencyCodeField()
    units_per_base = AmountStringField(decimals=RATE_DECIMALS, minimum=Decimal(0))
    valid_from = serializers.DateTimeField(required=False)


class RateOutput(serializers.ModelSerializer[ExchangeRate]):
    """`units_per_base` units of `currency` are one unit of `base`. A later revision for the same
    instant corrects an earlier one."""

    units_per_base = AmountStringField()

    class Meta:
        model = ExchangeRate
        fields = [
            "id",
            "base",
            "currency",
            "units_per_base",
            "valid_from",
            "revision",
            "source",
            "quoted_on",
            "set_by",
            "set_at",
        ]
