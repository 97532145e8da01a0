"""Top-up invoices as the API shows them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from djmoney.money import Money
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from billing.ledger.queries import balance_after
from billing.money.serializers import MoneyField
from billing.payments.models import Payment
from billing.topups.models import TopUpInvoice


class TopUpInput(serializers.Serializer[dict[str, Any]]):
    """What to ask for: any amount within the recharge limits."""

    amount = MoneyField()


class TopUpVoidInput(serializers.Serializer[dict[str, Any]]):
    reason = serializers.CharField(max_length=300)


class TopUpInvoiceOutput(serializers.ModelSerializer[TopUpInvoice]):
    """`amount_due` is what is left to pay; `payments` are the ids of those made for it."""

    amount = MoneyField()
    amount_due = MoneyField(source="due")
    payments = serializers.SerializerMethodField()

    class Meta:
        model = TopUpInvoice
        fields = [
            "id",
            "number",
            "company",
            "status",
            "status_reason",
            "status_changed_at",
            "amount",
            "amount_due",
            "issued_at",
            "due_at",
            "payments",
        ]

    @extend_schema_field({"type": "array", "items": {"type": "string", "format": "uuid"}})
    def get_payments(self, invoice: TopUpInvoice) -> list[UUID]:
        return [link.payment_id for link in invoice.payments.all()]


class TopUpPaidOutput(serializers.Serializer[dict[str, Any]]):
    """What came of paying by card; `id` is the top-up invoice's, `status` the payment's. With
    `requires_action` the customer confirms at `redirect_url`, or the page does with the gateway's
    own script and `client_secret`."""

    id = serializers.UUIDField()
    status = serializers.ChoiceField(choices=Payment.Status.choices)
    amount = MoneyField()
    balance_after = MoneyField(allow_null=True)
    receipt = serializers.UUIDField(allow_null=True)
    payment = serializers.UUIDField()
    client_secret = serializers.CharField(required=False)
    redirect_url = serializers.CharField(required=False)


def top_up_paid_answer(top_up_id: UUID, payment: Payment) -> dict[str, object]:
    """The fields of `TopUpPaidOutput`."""
    answer: dict[str, object] = {
        "id": top_up_id,
        "status": payment.status,
        "amount": payment.amount,
        "balance_after": _balance_after(payment),
        "receipt": payment.receipt_id,
        "payment": payment.pk,
    }
    if payment.status == Payment.Status.REQUIRES_ACTION:
        answer |= {"client_secret": payment.client_secret, "redirect_url": payment.action_url}
    return answer


def _balance_after(payment: Payment) -> Money | None:
    if payment.entry is None:
        return None
    return Money(balance_after(payment.entry), payment.amount.currency)
