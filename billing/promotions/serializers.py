"""Promo codes as the API shows them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from billing.money.serializers import AmountStringField, CurrencyCodeField
from billing.promotions.models import PromoCode, Redemption

MOST = 1_000_000_000
MOST_INVOICES = 1200


class PromoCodeInput(serializers.Serializer[dict[str, Any]]):
    """Either `percent`, or `amount` as a string in `currency`; off the next `invoices` (0 = all,
    1 unless said), or `as_credit` once. A credit expires at `valid_until`."""

    kind = serializers.ChoiceField(choices=PromoCode.Kind.choices)
    percent = AmountStringField(
        decimals=4, minimum=Decimal(0), maximum=Decimal(100), required=False, allow_null=True
    )
    amount = AmountStringField(minimum=Decimal(0), required=False, allow_null=True)
    currency = CurrencyCodeField(required=False)
    valid_from = serializers.DateTimeField(required=False, allow_null=True)
    valid_until = serializers.DateTimeField(required=False, allow_null=True)
    max_redemptions = serializers.IntegerField(
        min_value=1, max_value=MOST, required=False, allow_null=True
    )
    max_per_company = serializers.IntegerField(min_value=1, max_value=MOST, required=False)
    invoices = serializers.IntegerField(min_value=0, max_value=MOST_INVOICES, required=False)
    as_credit = serializers.BooleanField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """A credit has no invoices."""
        if attrs.pop("as_credit", False):
            if "invoices" in attrs:
                raise serializers.ValidationError(
                    {"as_credit": "Either a credit or off the next invoices."}
                )
            attrs["invoices"] = None
        return attrs


class PromoCodeOutput(serializers.Serializer[PromoCode]):
    id = serializers.UUIDField()
    code = serializers.CharField()
    kind = serializers.ChoiceField(choices=PromoCode.Kind.choices)
    percent = AmountStringField(allow_null=True)
    amount = AmountStringField(allow_null=True)
    currency = serializers.CharField()
    valid_from = serializers.DateTimeField(allow_null=True)
    valid_until = serializers.DateTimeField(allow_null=True)
    max_redemptions = serializers.IntegerField(allow_null=True)
    max_per_company = serializers.IntegerField()
    invoices = serializers.IntegerField(allow_null=True)
    as_credit = serializers.BooleanField(source="is_credit")
    redeemed = serializers.IntegerField()
    created_at = serializers.DateTimeField()


class RedeemInput(serializers.Serializer[dict[str, Any]]):
    code = serializers.CharField(max_length=40)


class RedemptionOutput(serializers.Serializer[Redemption]):
    """`applied`: how many invoices have had their share; `credit`: the amount, if it was one."""

    id = serializers.UUIDField()
    company = serializers.UUIDField(source="company_id")
    code = serializers.CharField(source="code.code")
    percent = AmountStringField(source="code.percent", allow_null=True)
    amount = AmountStringField(source="code.amount", allow_null=True)
    currency = serializers.CharField(source="company.billing_profile.currency")
    invoices = serializers.IntegerField(source="code.invoices", allow_null=True)
    applied = serializers.IntegerField()
    redeemed_at = serializers.DateTimeField()
    expires_at = serializers.SerializerMethodField()

    @extend_schema_field(serializers.DateTimeField(allow_null=True))
    def get_expires_at(self, redemption: Redemption) -> object:
        """When what is left of a credit is taken back."""
        return redemption.code.valid_until if redemption.code.is_credit else None
