"""One invoice as a workbook: its lines, and its totals below each other on a second sheet."""

from __future__ import annotations

from collections.abc import Iterator

from billing.documents.rendering.columns import Column, Row, Table
from billing.documents.rendering.workbooks import xlsx_chunks
from billing.invoicing.models import Invoice
from billing.money.calc import ceil_minor

_LINES = (
    Column(key="position", title="No.", width=6),
    Column(key="description", title="Description", width=48),
    Column(key="quantity", title="Quantity"),
    Column(key="unit", title="Unit", width=10),
    Column(key="included", title="Included"),
    Column(key="unit_price", title="Unit price"),
    Column(key="tax_percent", title="Tax %", width=8),
    Column(key="amount", title="Amount", currency_key="currency"),
    Column(key="currency", title="Currency", width=10),
)
_TOTALS = (
    Column(key="figure", title="Figure", width=28),
    Column(key="amount", title="Amount", currency_key="currency"),
    Column(key="currency", title="Currency", width=10),
)


def invoice_xlsx(invoice: Invoice) -> bytes:
    """The workbook; figures are those of the frozen document."""
    lines = Table(title="Lines", columns=_LINES, rows=_line_rows(invoice))
    totals = Table(title="Totals", columns=_TOTALS, rows=_total_rows(invoice))
    return b"".join(xlsx_chunks([lines, totals]))


def _line_rows(invoice: Invoice) -> Iterator[Row]:
    for line in invoice.lines.all():
        yield (
            line.position,
            line.description,
            line.quantity,
            line.unit,
            line.included,
            line.unit_price,
            line.tax_percent,
            line.amount,
            invoice.currency,
        )


def _total_rows(invoice: Invoice) -> Iterator[Row]:
    currency = invoice.currency
    yield (f"{invoice.get_kind_display()} {invoice.number}", None, currency)
    yield ("Subtotal", invoice.subtotal, currency)
    for tax in invoice.taxes.all():
        yield (f"{tax.name} {tax.percent.normalize():f} % of {tax.net:f}", tax.amount, currency)
    yield ("Total", invoice.total, currency)
    yield ("Paid from balance", invoice.paid_from_balance, currency)
    yield ("Amount due", ceil_minor(invoice.amount_due, currency), currency)
