"""Receipt vouchers as the API shows them."""

from __future__ import annotations

from djmoney.money import Money
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from billing.documents.models import Receipt
from billing.money.serializers import MONEY_SCHEMA, MoneyField


class ReceiptOutput(serializers.ModelSerializer[Receipt]):
    amount = serializers.SerializerMethodField()

    class Meta:
        model = Receipt
        fields = ["id", "number", "company", "amount", "issued_at"]

    @extend_schema_field(MONEY_SCHEMA)
    def get_amount(self, receipt: Receipt) -> dict[str, str]:
        return MoneyField().to_representation(Money(receipt.amount, receipt.currency))
