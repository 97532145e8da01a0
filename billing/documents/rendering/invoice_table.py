"""An invoice as a table for spreadsheets: a sheet of facts, a sheet of lines."""

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from billing.documents.rendering.columns import Column, Row, Table
from billing.documents.rendering.content import InvoiceContent, TaxCategory
from billing.documents.rendering.workbooks import xlsx_chunks

LINE_COLUMNS = (
    Column(key="invoice", title="Invoice"),
    Column(key="service", title="Service", width=20),
    Column(key="plan", title="Plan", width=24),
    Column(key="description", title="Description", width=40),
    Column(key="subject", title="Subject", width=24),
    Column(key="period", title="Period", width=18),
    Column(key="quantity", title="Quantity"),
    Column(key="unit", title="Unit", width=10),
    Column(key="included", title="Included"),
    Column(key="unit_price", title="Unit price", currency_key="currency"),
    Column(key="tax_percent", title="Tax %", width=8),
    Column(key="amount", title="Amount", currency_key="currency"),
    Column(key="amount_with_tax", title="Amount with tax", currency_key="currency"),
    Column(key="currency", title="Currency", width=9),
)
FACT_COLUMNS = (
    Column(key="fact", title="Fact", width=24),
    Column(key="value", title="Value", width=40, currency_key="currency"),
    Column(key="currency", title="Currency", width=9),
)


def invoice_xlsx(content: InvoiceContent) -> Iterator[bytes]:
    """The chunks of a workbook with the facts and the lines of an invoice or credit note."""
    facts = Table(title="Invoice", columns=FACT_COLUMNS, rows=invoice_facts(content))
    lines = Table(title="Lines", columns=LINE_COLUMNS, rows=invoice_lines(content))
    return xlsx_chunks([facts, lines])


def invoice_lines(content: InvoiceContent) -> Iterator[Row]:
    """One row per line, in the columns of LINE_COLUMNS."""
    for line in content.lines:
        yield (
            content.number,
            line.service,
            line.plan,
            line.description,
            line.subject,
            line.period_label,
            line.quantity,
            line.unit,
            line.included,
            line.unit_price,
            line.tax_rate,
            line.amount,
            line.gross,
            content.currency,
        )


def invoice_facts(content: InvoiceContent) -> Iterator[Row]:
    zone = ZoneInfo(content.time_zone)
    yield ("Number", content.number, None)
    yield ("Kind", content.kind.value, None)
    yield ("Corrects invoice", content.preceding_invoice or None, None)
    yield ("Issued", content.issued_at.astimezone(zone).date(), None)
    yield ("Due", content.due_at.astimezone(zone).date() if content.due_at else None, None)
    yield ("Period from (UTC)", content.period_start, None)
    yield ("Period to (UTC), not included", content.period_end, None)
    yield ("Seller", content.seller.legal_name or content.seller.name, None)
    yield ("Buyer", content.buyer.legal_name or content.buyer.name, None)
    yield from invoice_sums(content)


def invoice_sums(content: InvoiceContent) -> Iterator[Row]:
    currency = content.currency
    yield ("Subtotal", content.subtotal, currency)
    for tax in content.taxes:
        category = "" if tax.category is TaxCategory.STANDARD else f" ({tax.category.value})"
        rate = f"{tax.name} {tax.percent:f} %{category}"
        yield (f"Net at {rate}", tax.net, currency)
        yield (rate, tax.amount, currency)
    yield ("Total", content.total, currency)
    yield ("Paid from balance", content.paid_from_balance, currency)
    yield ("Amount due", content.amount_due, currency)
