"""Discounts and additional services as the API shows them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from rest_framework import serializers

from billing.catalog.queries import plans
from billing.discounts.models import Discount
from billing.money.serializers import AmountStringField

MOST_CYCLES = 1200
LARGEST_PERCENT = Decimal(1000)


class DiscountInput(serializers.Serializer[dict[str, Any]]):
    """Either `percent` or `amount`, a string in the company's currency, per billing period.
    Positive is a surcharge, negative a discount."""

    name = serializers.CharField(max_length=120)
    starts = serializers.DateField(help_text="A day of the first month.")
    cycles = serializers.IntegerField(
        min_value=0, max_value=MOST_CYCLES, help_text="How many billing periods; 0 is until ended."
    )
    percent = AmountStringField(
        decimals=4, minimum=Decimal(-100), maximum=LARGEST_PERCENT, required=False, allow_null=True
    )
    amount = AmountStringField(required=False, allow_null=True)
    plan = serializers.PrimaryKeyRelatedField(
        queryset=plans(), required=False, allow_null=True, help_text="Empty is the whole bill."
    )


class EndInput(serializers.Serializer[dict[str, Any]]):
    reason = serializers.CharField(max_length=300)


class DiscountOutput(serializers.Serializer[Discount]):
    id = serializers.UUIDField()
    company = serializers.UUIDField(source="company_id")
    name = serializers.CharField()
    starts = serializers.DateField()
    cycles = serializers.IntegerField()
    percent = AmountStringField(allow_null=True)
    amount = AmountStringField(allow_null=True)
    currency = serializers.CharField(source="company.billing_profile.currency")
    plan = serializers.UUIDField(source="plan_id", allow_null=True)
    created_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)
