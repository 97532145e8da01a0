"""What an invoice says, from its rows: the frozen content that is printed forever."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from billing.documents.queries import buyer, document_language, look, seller
from billing.documents.rendering.content import (
    DocumentKind,
    DocumentLine,
    InvoiceContent,
    TaxCategory,
    TaxLine,
)
from billing.invoicing.calc import InvoiceTotals, RateTotal
from billing.invoicing.exchanges import exchanges_of
from billing.invoicing.lines import LineGroup
from billing.invoicing.models import Invoice
from billing.payments.availability import bank_details
from billing.profiles.models import BillingType
from features.queries import value


def invoice_content(
    invoice: Invoice,
    *,
    groups: Sequence[LineGroup],
    figures: InvoiceTotals,
    at: datetime,
) -> InvoiceContent:
    """Freeze what is printed; `figures` are those of the groups."""
    is_credit_note = invoice.kind == Invoice.Kind.CREDIT_NOTE
    is_demand = invoice.billing_type != BillingType.PREPAID and not is_credit_note
    due = invoice.payable
    language = document_language(invoice.company, at=at)
    return InvoiceContent(
        kind=DocumentKind(invoice.kind),
        number=invoice.number or "",
        seller=seller(at=at),
        buyer=buyer(invoice.company),
        currency=invoice.currency,
        issued_at=at,
        lines=tuple(
            _line(*line)
            for line in zip(groups, figures.line_amounts, figures.line_grosses, strict=True)
        ),
        taxes=tuple(_tax_line(tax, at=at) for tax in figures.rates),
        subtotal=invoice.subtotal,
        tax_total=invoice.tax,
        total=invoice.total,
        amount_due=due,
        paid_from_balance=invoice.paid_from_balance,
        is_demand=is_demand,
        preceding_invoice=(invoice.corrects.number or "") if invoice.corrects else "",
        due_at=invoice.due_at,
        period_start=invoice.period_start,
        period_end=invoice.period_end,
        payment_hint=(bank_details(invoice.company, at=at) or "") if is_demand else "",
        notes=invoice.reason,
        language=language,
        time_zone=invoice.company.timezone,
        look=look(invoice.kind, language=language, at=at),
        cost_decimal_points=value("cost_decimal_points", at=at),
        exchanges=tuple(exchanges_of(invoice, at=at)),
    )


def _line(group: LineGroup, amount: Decimal, gross: Decimal | None) -> DocumentLine:
    return DocumentLine(
        description=group.description,
        quantity=group.quantity,
        unit_price=group.terms.net(group.unit_price),
        amount=amount,
        tax_rate=group.terms.percent,
        unit=group.unit,
        included=group.included,
        service=group.service,
        plan=group.plan,
        period_label=group.period_label,
        tax_category=TaxCategory(group.terms.treatment.code),
        gross=gross,
        gross_unit_price=None if gross is None else group.unit_price,
    )


def _tax_line(tax: RateTotal, *, at: datetime) -> TaxLine:
    return TaxLine(
        name=tax.terms.name or value("tax_name", at=at),
        percent=tax.percent,
        net=tax.net,
        amount=tax.tax,
        category=TaxCategory(tax.terms.treatment.code),
        exemption_reason=tax.terms.reason,
    )
