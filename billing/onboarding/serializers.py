"""Sign-ups as the API reads and shows them."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from accounts.companies.models import Company
from billing.money.serializers import AmountStringField, MoneyField
from billing.onboarding.models import Closing, SignUp
from billing.payments.models import Payment, Refund
from billing.profiles.models import BillingType, ContractType
from billing.recharges.serializers import CardInput


class VerifyInput(serializers.Serializer[dict[str, Any]]):
    """A refusal needs its reason: the customer reads it."""

    accepted = serializers.BooleanField()
    reason = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")


class ActivationInput(CardInput):
    """What is confirmed, and the card that pays the deposit if one is asked for."""

    billing_type = serializers.ChoiceField(choices=BillingType.choices)
    contract_type = serializers.ChoiceField(
        choices=ContractType.choices, default=ContractType.PAYG.value
    )
    fixed_amount = AmountStringField(required=False, allow_null=True)


class SignUpOutput(serializers.ModelSerializer[SignUp]):
    """How a company signed up; `status` is the company's. Of its deposit `refunded` goes to the
    card and `credited` to the balance. While `payment_status` is `requires_action` the customer
    confirms at `redirect_url`, or the page does with the gateway's script and `client_secret`."""

    status = serializers.ChoiceField(choices=Company.Status.choices, source="company.status")
    status_reason = serializers.CharField(source="company.status_reason")
    deposit_paid = MoneyField(allow_null=True)
    refunded = MoneyField(source="refunded_money")
    credited = MoneyField(source="credited_money")
    payment_status = serializers.ChoiceField(
        choices=Payment.Status.choices, source="payment.status", default=None, allow_null=True
    )
    client_secret = serializers.CharField(
        source="waiting.client_secret", default=None, allow_null=True
    )
    redirect_url = serializers.CharField(source="waiting.action_url", default=None, allow_null=True)

    class Meta:
        model = SignUp
        fields = [
            "company",
            "status",
            "status_reason",
            "confirmed_at",
            "deposit",
            "deposit_paid",
            "payment",
            "payment_status",
            "client_secret",
            "redirect_url",
            "verification",
            "reason",
            "decided_at",
            "refund",
            "refunded",
            "credited",
        ]


class CloseInput(serializers.Serializer[dict[str, Any]]):
    reason = serializers.CharField(
        max_length=300,
        required=False,
        default="Closed on request",
        help_text="The customer reads it.",
    )


class ClosingRefundOutput(serializers.ModelSerializer[Refund]):
    """One payment that goes back, in whole or in part."""

    amount = MoneyField()

    class Meta:
        model = Refund
        fields = ["id", "payment", "amount", "status"]


class ClosingOutput(serializers.ModelSerializer[Closing]):
    """`invoice` is the final one, if anything was used; `refunded` goes to cards, `to_transfer`
    waits for staff to send it."""

    status = serializers.ChoiceField(choices=Company.Status.choices, source="company.status")
    refunded = MoneyField()
    to_transfer = MoneyField(source="transfer")
    refunds = ClosingRefundOutput(many=True)

    class Meta:
        model = Closing
        fields = [
            "company",
            "status",
            "closed_at",
            "reason",
            "invoice",
            "refunded",
            "refunds",
            "to_transfer",
            "transferred_at",
        ]
