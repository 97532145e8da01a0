"""What invoices look like over the API: amounts are plain decimals in the invoice's currency."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from billing.documents.rendering.tables import FileFormat
from billing.invoicing.models import Invoice, InvoiceLine, InvoiceTax
from billing.invoicing.tax_report import Reconciliation, TaxReport, TaxReportLine
from billing.money.calc import minor_digits, plain
from billing.money.serializers import AmountStringField, CurrencyCodeField
from billing.tax.models import TREATMENTS


class LineOutput(serializers.ModelSerializer[InvoiceLine]):
    """A line; `quantity` is all that was used, of which `included` was covered. `amount` is net;
    where prices include tax `unit_price` does, and `gross` is the amount with it, else null."""

    quantity = serializers.SerializerMethodField()
    included = serializers.SerializerMethodField()
    unit_price = serializers.SerializerMethodField()
    amount = serializers.SerializerMethodField()
    exact_amount = serializers.SerializerMethodField()
    gross = serializers.SerializerMethodField()
    tax_percent = serializers.SerializerMethodField()

    class Meta:
        model = InvoiceLine
        fields = [
            "position",
            "description",
            "subject",
            "quantity",
            "unit",
            "included",
            "unit_price",
            "amount",
            "exact_amount",
            "gross",
            "tax_percent",
            "treatment",
        ]

    def get_quantity(self, line: InvoiceLine) -> str:
        return plain(line.quantity)

    def get_included(self, line: InvoiceLine) -> str:
        return plain(line.included)

    def get_unit_price(self, line: InvoiceLine) -> str | None:
        return None if line.unit_price is None else plain(line.unit_price)

    def get_amount(self, line: InvoiceLine) -> str:
        return plain(line.amount, at_least=minor_digits(line.invoice.currency))

    def get_exact_amount(self, line: InvoiceLine) -> str:
        return plain(line.exact_amount)

    def get_gross(self, line: InvoiceLine) -> str | None:
        if line.gross is None:
            return None
        return plain(line.gross, at_least=minor_digits(line.invoice.currency))

    def get_tax_percent(self, line: InvoiceLine) -> str:
        return plain(line.tax_percent)


class TaxOutput(serializers.ModelSerializer[InvoiceTax]):
    """Tax of one rate and treatment; `reason` says why there is none, where that is printed."""

    percent = serializers.SerializerMethodField()
    net = serializers.SerializerMethodField()
    amount = serializers.SerializerMethodField()

    class Meta:
        model = InvoiceTax
        fields = ["name", "percent", "treatment", "reason", "net", "amount"]

    def get_percent(self, tax: InvoiceTax) -> str:
        return plain(tax.percent)

    def get_net(self, tax: InvoiceTax) -> str:
        return plain(tax.net, at_least=minor_digits(tax.invoice.currency))

    def get_amount(self, tax: InvoiceTax) -> str:
        return plain(tax.amount, at_least=minor_digits(tax.invoice.currency))


class ExchangeOutput(serializers.Serializer[Any]):
    """An amount of the document (its `total` or `tax`) in another currency, frozen at issue:
    `units_per_base` units of `currency` were one unit of `base`."""

    purpose = serializers.ChoiceField(choices=["total", "tax"])
    amount = serializers.CharField()
    amount_currency = serializers.CharField()
    base = serializers.CharField()
    currency = serializers.CharField()
    units_per_base = serializers.CharField()
    valid_from = serializers.DateTimeField()


class InvoiceOutput(serializers.ModelSerializer[Invoice]):
    """An invoice or credit note with its lines."""

    company = serializers.SerializerMethodField()
    corrects = serializers.SerializerMethodField()
    lines = LineOutput(many=True)
    taxes = TaxOutput(many=True)
    subtotal = serializers.SerializerMethodField()
    tax = serializers.SerializerMethodField()
    total = serializers.SerializerMethodField()
    amount_due = serializers.SerializerMethodField()
    paid_from_balance = serializers.SerializerMethodField()
    exchanges = serializers.SerializerMethodField()

    class Meta:
        model = Invoice
        fields = [
            "id",
            "number",
            "company",
            "kind",
            "status",
            "status_reason",
            "corrects",
            "period_start",
            "period_end",
            "issued_at",
            "due_at",
            "currency",
            "lines",
            "taxes",
            "subtotal",
            "tax",
            "total",
            "amount_due",
            "paid_from_balance",
            "exchanges",
            "features",
        ]

    def get_company(self, invoice: Invoice) -> str:
        return str(invoice.company_id)

    def get_corrects(self, invoice: Invoice) -> str | None:
        return str(invoice.corrects_id) if invoice.corrects_id else None

    def get_subtotal(self, invoice: Invoice) -> str:
        return _figure(invoice, invoice.subtotal)

    def get_tax(self, invoice: Invoice) -> str:
        return _figure(invoice, invoice.tax)

    def get_total(self, invoice: Invoice) -> str:
        return _figure(invoice, invoice.total)

    def get_amount_due(self, invoice: Invoice) -> str:
        return _figure(invoice, invoice.payable)

    def get_paid_from_balance(self, invoice: Invoice) -> str:
        return _figure(invoice, invoice.paid_from_balance)

    @extend_schema_field(ExchangeOutput(many=True))
    def get_exchanges(self, invoice: Invoice) -> list[dict[str, Any]]:
        stored = [
            {**each, "valid_from": datetime.fromisoformat(each["valid_from"])}
            for each in invoice.content.get("exchanges", [])
        ]
        return [dict(each) for each in ExchangeOutput(stored, many=True).data]


class ReasonInput(serializers.Serializer[Any]):
    """Why; kept with the document and in the audit trail."""

    reason = serializers.CharField(max_length=300)


class CreditLineInput(serializers.Serializer[Any]):
    """A line by its position, and the net amount of it that is given back."""

    position = serializers.IntegerField(min_value=1, max_value=1_000_000)
    amount = AmountStringField()


class CreditInput(ReasonInput):
    """Without `lines` all that is left of the invoice is credited."""

    lines = CreditLineInput(many=True, required=False, allow_empty=False)

    def amounts(self) -> dict[int, Decimal] | None:
        """Net amounts by position; None for all."""
        lines = self.validated_data.get("lines")
        return None if lines is None else {line["position"]: line["amount"] for line in lines}


class PayInput(serializers.Serializer[Any]):
    """The card to charge; the default one when left out. `payment_currency` is what it is charged
    in this time; without it as the company has chosen."""

    payment_method = serializers.UUIDField(required=False)
    payment_currency = CurrencyCodeField(required=False)


class PaymentOfInvoiceOutput(serializers.Serializer[Any]):
    """What became of the payment, and of the invoice."""

    id = serializers.CharField()
    status = serializers.CharField()
    client_secret = serializers.CharField(required=False)
    invoice = InvoiceOutput(required=False)


def _figure(invoice: Invoice, amount: Decimal) -> str:
    return plain(amount, at_least=minor_digits(invoice.currency))


class TaxReportLineOutput(serializers.Serializer[TaxReportLine]):
    """What documents say of one country, treatment and rate; credit notes count down."""

    currency = serializers.CharField()
    country = serializers.CharField()
    treatment = serializers.ChoiceField(TREATMENTS)
    percent = AmountStringField()
    net = AmountStringField()
    tax = AmountStringField()
    documents = serializers.IntegerField()


class ReconciliationOutput(serializers.Serializer[Reconciliation]):
    """The tax of one rate by the documents and by the ledger; the difference is 0."""

    currency = serializers.CharField()
    percent = AmountStringField()
    documents = AmountStringField()
    ledger = AmountStringField()
    difference = AmountStringField()


class TaxReportOutput(serializers.Serializer[TaxReport]):
    """Of documents issued from `start` until before `end`."""

    start = serializers.DateTimeField()
    end = serializers.DateTimeField()
    lines = TaxReportLineOutput(many=True)
    reconciliation = ReconciliationOutput(many=True, source="reconciled")


class ExportInput(serializers.Serializer[Any]):
    """Of which company, and as what file."""

    format = serializers.ChoiceField(choices=[kind.value for kind in FileFormat], default="csv")
    company = serializers.UUIDField(required=False)
