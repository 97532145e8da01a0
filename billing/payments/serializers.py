"""Payments, payment methods and refunds as the API shows them."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.companies.models import Company
from billing.currencies.serializers import RateOutput
from billing.money.serializers import MoneyField
from billing.payments.actions.transfers import RECORDED_BY_STAFF
from billing.payments.gateways.registry import CARD_GATEWAYS
from billing.payments.models import Payment, PaymentMethod, Refund
from billing.payments.queries import method_label

BY_HAND = [(kind.value, kind.label) for kind in RECORDED_BY_STAFF]


class PaymentMethodInput(serializers.Serializer[dict[str, Any]]):
    """A card's token from the gateway's card fields; we never see a number."""

    gateway = serializers.ChoiceField(choices=CARD_GATEWAYS, default=CARD_GATEWAYS[0])
    token = serializers.RegexField(r"^pm_[A-Za-z0-9_]{1,250}$", max_length=255)
    make_default = serializers.BooleanField(default=False)


class PaymentMethodOutput(serializers.ModelSerializer[PaymentMethod]):
    class Meta:
        model = PaymentMethod
        fields = [
            "id",
            "gateway",
            "brand",
            "last4",
            "exp_month",
            "exp_year",
            "is_default",
            "is_refused",
            "added_at",
        ]


class TransferInput(serializers.Serializer[dict[str, Any]]):
    """Money that staff saw arrive. `received_at` defaults to now. `top_up_invoice` is the id of
    the one that it pays; without it a reference that is the number of an open one says so."""

    company = serializers.PrimaryKeyRelatedField(
        queryset=Company.objects.all(), pk_field=serializers.UUIDField()
    )
    amount = MoneyField(positive=True)
    method = serializers.ChoiceField(choices=BY_HAND)
    reference = serializers.CharField(max_length=200, allow_blank=True, default="")
    received_at = serializers.DateTimeField(required=False)
    top_up_invoice = serializers.UUIDField(allow_null=True, default=None)


class PaymentOutput(serializers.ModelSerializer[Payment]):
    """`receipt` is the id of its receipt voucher; `redirect_url` is set while the customer has
    to answer 3-D Secure. `charged` is what the gateway takes: `amount`, or in another currency
    what that was at `exchange_rate`."""

    amount = MoneyField()
    charged = MoneyField()
    exchange_rate = RateOutput(allow_null=True)
    card = serializers.SerializerMethodField()
    receipt = serializers.UUIDField(source="receipt_id", allow_null=True)
    redirect_url = serializers.CharField(source="action_url")

    class Meta:
        model = Payment
        fields = [
            "id",
            "company",
            "purpose",
            "method",
            "status",
            "amount",
            "charged",
            "exchange_rate",
            "card",
            "reference",
            "failure_code",
            "failure_message",
            "client_secret",
            "redirect_url",
            "receipt",
            "received_at",
            "created_at",
        ]

    @extend_schema_field({"type": "string", "nullable": True, "example": "Visa •4242"})
    def get_card(self, payment: Payment) -> str | None:
        return method_label(payment) if payment.payment_method_id else None


class RefundInput(serializers.Serializer[dict[str, Any]]):
    """Without an amount all that is left is refunded."""

    amount = MoneyField(positive=True, required=False)
    reason = serializers.CharField(max_length=2000)


class RefundOutput(serializers.ModelSerializer[Refund]):
    """`status` is `proposed` while a second person has to approve it. `returned` is what goes back
    to the card: `amount`, or its share in the currency that was charged."""

    amount = MoneyField()
    returned = MoneyField()

    class Meta:
        model = Refund
        fields = [
            "id",
            "payment",
            "amount",
            "returned",
            "reason",
            "status",
            "failure_code",
            "by",
            "decided_by",
            "created_at",
            "settled_at",
        ]


class WebhookOutput(serializers.Serializer[dict[str, Any]]):
    received = serializers.BooleanField()
