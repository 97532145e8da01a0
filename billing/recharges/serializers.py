"""Recharge rules, recharges and consumption alerts as the API shows them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID

from djmoney.money import Money
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from billing.money.serializers import AmountStringField, CurrencyCodeField, MoneyField
from billing.payments.models import Payment
from billing.payments.queries import saved_methods
from billing.recharges.models import ConsumptionAlert, Recharge, RechargeRule

NOTHING = Decimal(0)
MOST_FALLBACKS = 5
MOST_ADDRESSES = 20
MOST_PER_DAY = 100


class RuleInput(serializers.Serializer[dict[str, Any]]):
    """Amounts are strings in the company's currency. Without a payment method the default card
    is charged; the fallbacks follow in their order."""

    enabled = serializers.BooleanField()
    threshold = AmountStringField()
    recharge_to = AmountStringField()
    payment_method = serializers.UUIDField(allow_null=True, default=None)
    fallback_methods = serializers.ListField(
        child=serializers.UUIDField(), max_length=MOST_FALLBACKS, default=list
    )
    monthly_cap = AmountStringField(allow_null=True, default=None)
    max_per_day = serializers.IntegerField(
        min_value=1, max_value=MOST_PER_DAY, allow_null=True, default=None
    )


class RuleOutput(serializers.ModelSerializer[RechargeRule]):
    """`paused_at`: every attempt failed; a payment, a new card or saving the rule ends it.
    A card that was removed is not named any more."""

    threshold = AmountStringField()
    recharge_to = AmountStringField()
    payment_method = serializers.SerializerMethodField()
    fallback_methods = serializers.SerializerMethodField()
    monthly_cap = AmountStringField(allow_null=True)
    currency = serializers.CharField(source="company.billing_profile.currency")

    class Meta:
        model = RechargeRule
        fields = [
            "enabled",
            "threshold",
            "recharge_to",
            "payment_method",
            "fallback_methods",
            "monthly_cap",
            "max_per_day",
            "paused_at",
            "currency",
        ]

    def get_payment_method(self, rule: RechargeRule) -> UUID | None:
        return rule.payment_method_id if rule.payment_method_id in self._saved(rule) else None

    def get_fallback_methods(self, rule: RechargeRule) -> list[UUID]:
        saved = self._saved(rule)
        return [card for card in rule.fallback_methods if card in saved]

    def _saved(self, rule: RechargeRule) -> set[UUID]:
        return set(saved_methods(rule.company).values_list("pk", flat=True))


class AlertInput(serializers.Serializer[dict[str, Any]]):
    """Consumption of a billing period, tax included, that reaches `limit` is mailed, once."""

    enabled = serializers.BooleanField()
    limit = AmountStringField(minimum=NOTHING)
    emails = serializers.ListField(
        child=serializers.EmailField(max_length=254), max_length=MOST_ADDRESSES
    )


class AlertOutput(serializers.ModelSerializer[ConsumptionAlert]):
    limit = AmountStringField()
    emails = serializers.ListField(child=serializers.EmailField())

    class Meta:
        model = ConsumptionAlert
        fields = ["enabled", "limit", "emails"]


class CardInput(serializers.Serializer[dict[str, Any]]):
    """`payment_method`: the id of a saved card, or the token of a card for this once; without
    it the default card is charged."""

    payment_method = serializers.RegexField(
        r"^[A-Za-z0-9_-]{1,255}$", allow_null=True, default=None
    )


class CardPaymentInput(CardInput):
    """As `CardInput`. `payment_currency` is what the card is charged in this time; without it as
    the company has chosen, else the account's own."""

    payment_currency = CurrencyCodeField(allow_null=True, default=None)


class PayNowInput(CardPaymentInput):
    """`payment_method`: the id of a saved card, or the token of a card for this once; without
    it the default card is charged. `amount` is in the account's currency; `payment_currency` is
    what the card is charged in this time, without it as the company has chosen."""

    amount = MoneyField()


class RechargeOutput(serializers.ModelSerializer[Recharge]):
    """`attempt` counts the attempts so far; `receipt` is the id of the receipt voucher."""

    amount = MoneyField()
    balance_after = serializers.SerializerMethodField()
    receipt = serializers.SerializerMethodField()

    class Meta:
        model = Recharge
        fields = [
            "id",
            "trigger",
            "status",
            "amount",
            "attempt",
            "next_attempt_at",
            "failure_code",
            "note",
            "balance_after",
            "receipt",
            "created_at",
            "ended_at",
        ]

    @extend_schema_field(MoneyField(allow_null=True))
    def get_balance_after(self, recharge: Recharge) -> dict[str, str] | None:
        after = money_after(recharge)
        return None if after is None else MoneyField().to_representation(after)

    @extend_schema_field({"type": "string", "format": "uuid", "nullable": True})
    def get_receipt(self, recharge: Recharge) -> UUID | None:
        payments = [attempt.payment for attempt in recharge.attempts.all()]
        return next((payment.receipt_id for payment in payments if payment.receipt_id), None)


class PaidOutput(serializers.Serializer[dict[str, Any]]):
    """What came of Pay now; `charged` is what the card was asked for. With `requires_action` the
    customer confirms at `redirect_url`, or the page does with the gateway's own script and
    `client_secret`."""

    id = serializers.UUIDField()
    status = serializers.ChoiceField(choices=Recharge.Status.choices)
    amount = MoneyField()
    balance_after = MoneyField(allow_null=True)
    receipt = serializers.UUIDField(allow_null=True)
    payment = serializers.UUIDField()
    charged = MoneyField()
    client_secret = serializers.CharField(required=False)
    redirect_url = serializers.CharField(required=False)


def money_after(recharge: Recharge) -> Money | None:
    """The balance right after the recharge; nothing before it succeeds."""
    after = recharge.balance_after
    return None if after is None else Money(after, recharge.amount.currency)


def paid_answer(recharge: Recharge, payment: Payment) -> dict[str, object]:
    """The fields of `PaidOutput`."""
    answer: dict[str, object] = {
        "id": recharge.pk,
        "status": recharge.status,
        "amount": recharge.amount,
        "balance_after": money_after(recharge),
        "receipt": payment.receipt_id,
        "payment": payment.pk,
        "charged": payment.charged,
    }
    if payment.status == Payment.Status.REQUIRES_ACTION:
        answer |= {"client_secret": payment.client_secret, "redirect_url": payment.action_url}
    return answer
