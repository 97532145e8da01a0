"""Write-offs as the API shows them."""

from __future__ import annotations

from rest_framework import serializers

from billing.money.serializers import AmountStringField
from billing.writeoffs.models import WriteOff


class WriteOffOutput(serializers.Serializer[WriteOff]):
    """`status` is `proposed` while a second person has to approve it."""

    id = serializers.UUIDField()
    invoice = serializers.UUIDField(source="invoice_id")
    company = serializers.UUIDField(source="invoice.company_id")
    amount = AmountStringField()
    currency = serializers.CharField(source="invoice.currency")
    reason = serializers.CharField()
    status = serializers.ChoiceField(choices=WriteOff.Status.choices)
    proposed_by = serializers.CharField()
    proposed_at = serializers.DateTimeField()
    decided_by = serializers.CharField()
    decided_at = serializers.DateTimeField(allow_null=True)
