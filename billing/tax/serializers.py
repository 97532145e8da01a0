"""Tax rules as the API reads and shows them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django_countries import countries
from rest_framework import serializers

from billing.money.serializers import AmountStringField
from billing.tax.calc import EU
from billing.tax.models import TREATMENTS, WITHDRAWN, TaxRule

TOLD_WITHDRAWN = "withdrawn"
CHOICES = [*TREATMENTS, (TOLD_WITHDRAWN, "Withdrawn")]
CATEGORIES = [(value, label) for value, label in TaxRule.Client.choices if value]


def check_country(code: str) -> None:
    """Raise ValidationError for what is neither a country nor EU."""
    if code and code != EU and code not in countries:
        raise serializers.ValidationError("Two capital letters of ISO 3166-1, EU, or empty.")


class TaxRuleInput(serializers.Serializer[dict[str, Any]]):
    """From `valid_from` (else now) on, in place of the rule that holds by then."""

    country = serializers.CharField(
        max_length=2,
        allow_blank=True,
        validators=[check_country],
        help_text="ISO 3166-1; EU: the other member states; empty: any other country.",
    )
    category = serializers.ChoiceField(
        CATEGORIES, required=False, allow_null=True, help_text="null is either."
    )
    treatment = serializers.ChoiceField(
        CHOICES, help_text="withdrawn leaves no rule for the country and category."
    )
    percent = AmountStringField(
        decimals=4, minimum=Decimal(0), maximum=Decimal(100), required=False
    )
    name = serializers.CharField(max_length=32, required=False, allow_blank=True)
    reason = serializers.CharField(max_length=200, required=False, allow_blank=True)
    includes_tax = serializers.BooleanField(
        required=False, allow_null=True, help_text="Of prices; null is as the settings say."
    )
    valid_from = serializers.DateTimeField(required=False)

    def validate_category(self, category: str | None) -> str:
        return category or ""

    def validate_treatment(self, treatment: str) -> str:
        return WITHDRAWN if treatment == TOLD_WITHDRAWN else treatment

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        return {"category": "", **given}


class TaxRuleOutput(serializers.Serializer[TaxRule]):
    id = serializers.CharField(source="pk")
    country = serializers.CharField()
    category = serializers.SerializerMethodField()
    treatment = serializers.SerializerMethodField()
    percent = AmountStringField()
    name = serializers.CharField()
    reason = serializers.CharField()
    includes_tax = serializers.BooleanField(allow_null=True)
    valid_from = serializers.DateTimeField()
    set_by = serializers.CharField()
    set_at = serializers.DateTimeField()

    def get_category(self, rule: TaxRule) -> str | None:
        return rule.category or None

    def get_treatment(self, rule: TaxRule) -> str:
        return rule.treatment or TOLD_WITHDRAWN
