"""Balances and statements as the API shows them; amounts in the company's currency."""

from __future__ import annotations

from decimal import Decimal

from rest_framework import serializers

from billing.insight.balances import BalanceView
from billing.insight.forecast import Forecast
from billing.insight.statements import Movement, Statement
from billing.invoicing.models import Invoice
from billing.ledger.models import EntryKind
from billing.money.serializers import AmountStringField, CurrencyCodeField, MoneyField
from billing.recharges.models import Recharge


class ForecastOutput(serializers.Serializer[Forecast]):
    """When the balance will have run out with a probability of 50 % and of 90 %."""

    runs_out_p50 = serializers.DateTimeField(allow_null=True)
    runs_out_p90 = serializers.DateTimeField(allow_null=True)


class OpenRechargeOutput(serializers.Serializer[Recharge]):
    """The automatic recharge that is under way."""

    id = serializers.UUIDField()
    status = serializers.ChoiceField(Recharge.Status.choices)
    amount = MoneyField()
    attempt = serializers.IntegerField()
    next_attempt_at = serializers.DateTimeField(allow_null=True)


class BalanceOutput(serializers.Serializer[BalanceView]):
    """`available` is after holds and down to nothing; `floor` null is without limit.

    A company key sees a negative prepaid balance as 0 unless the provider shows it
    (`prepaid_negative_balance_display`); `displayed_balance` is that figure for everybody.
    """

    currency = CurrencyCodeField(source="balance.currency")
    available = serializers.SerializerMethodField()
    displayed_balance = AmountStringField(source="displayed")
    uninvoiced = AmountStringField(source="balance.uninvoiced")
    held = AmountStringField(source="balance.held")
    floor = AmountStringField(source="balance.floor", allow_null=True)
    threshold = AmountStringField(source="rule.threshold", default=None, allow_null=True)
    recharge_to = AmountStringField(source="rule.recharge_to", default=None, allow_null=True)
    open_recharge = OpenRechargeOutput(allow_null=True)
    forecast = ForecastOutput(allow_null=True)
    as_of = serializers.DateTimeField()

    def get_available(self, view: BalanceView) -> str:
        shown: Decimal = view.balance.available if self.context["is_staff"] else view.displayed
        return AmountStringField().to_representation(shown)


class MovementOutput(serializers.Serializer[Movement]):
    """A movement of the balance; consumption is one a day."""

    occurred_at = serializers.DateTimeField()
    kind = serializers.ChoiceField(EntryKind.choices)
    description = serializers.CharField()
    document = serializers.CharField()
    amount = AmountStringField()
    balance = AmountStringField()


class StatementInvoiceOutput(serializers.Serializer[Invoice]):
    """A document issued in the range."""

    id = serializers.UUIDField()
    number = serializers.CharField()
    kind = serializers.ChoiceField(Invoice.Kind.choices)
    issued_at = serializers.DateTimeField()
    total = AmountStringField()
    amount_due = AmountStringField()


class StatementOutput(serializers.Serializer[Statement]):
    """opening_balance + all amounts = closing_balance."""

    company = serializers.UUIDField(source="company.pk")
    currency = CurrencyCodeField()
    period_start = serializers.DateTimeField(source="start")
    period_end = serializers.DateTimeField(source="end")
    opening_balance = AmountStringField(source="opening")
    closing_balance = AmountStringField(source="closing")
    movements = MovementOutput(many=True)
    invoices = StatementInvoiceOutput(many=True)
