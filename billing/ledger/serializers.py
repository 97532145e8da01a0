"""The ledger as the API shows it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from djmoney.money import Money
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.companies.models import Company
from billing.ledger.models import ADJUSTED_AGAINST, Adjustment, EntryKind, Leg
from billing.ledger.queries import NOTHING, displayed
from billing.money.calc import LEDGER_DECIMALS
from billing.money.serializers import MONEY_SCHEMA, AmountStringField, MoneyField
from config.clock import now


class TransactionOutput(serializers.Serializer[Leg]):
    """A movement of the balance, in the currency of the account.

    The context may carry `billing_type`: a company key then sees what `displayed` shows.
    """

    id = serializers.CharField()
    kind = serializers.ChoiceField(EntryKind.choices, source="entry.kind")
    currency = serializers.CharField(source="account.currency")
    amount = AmountStringField()
    balance_after = serializers.SerializerMethodField()
    occurred_at = serializers.DateTimeField(source="entry.at")
    description = serializers.CharField(source="entry.description")
    document = serializers.CharField(source="entry.document")

    @extend_schema_field({"type": "string", "example": "12.5"})
    def get_balance_after(self, leg: Leg) -> str:
        after = leg.balance_after or NOTHING
        billing_type = self.context.get("billing_type")
        if billing_type and after < 0:
            after = displayed(after, billing_type=billing_type, at=now())
        return AmountStringField().to_representation(after)


class AdjustmentInput(serializers.Serializer[dict[str, Any]]):
    """Positive raises the company's balance, negative lowers it."""

    company = serializers.PrimaryKeyRelatedField(
        queryset=Company.objects.all(), pk_field=serializers.UUIDField()
    )
    amount = MoneyField(decimals=LEDGER_DECIMALS)
    against = serializers.ChoiceField(choices=ADJUSTED_AGAINST, required=False)
    reason = serializers.CharField(max_length=2000)


class AdjustmentOutput(serializers.ModelSerializer[Adjustment]):
    """`status` is `proposed` while a second person has to approve it."""

    amount = serializers.SerializerMethodField()

    class Meta:
        model = Adjustment
        fields = [
            "id",
            "company",
            "amount",
            "against",
            "reason",
            "status",
            "proposed_by",
            "proposed_at",
            "decided_by",
            "decided_at",
        ]

    @extend_schema_field(MONEY_SCHEMA)
    def get_amount(self, adjustment: Adjustment) -> dict[str, str]:
        money = Money(Decimal(adjustment.amount), adjustment.currency)
        return MoneyField().to_representation(money)
