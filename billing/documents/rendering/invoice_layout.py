"""An invoice or credit note as printed: groups of service and plan, taxes per rate, totals."""

from decimal import Decimal

from billing.documents.rendering.content import (
    DocumentKind,
    DocumentLine,
    InvoiceContent,
    TaxCategory,
    TaxLine,
)
from billing.documents.rendering.frozen import Json
from billing.documents.rendering.layout import page, period, rate_text, strong_row, total_row
from billing.documents.rendering.line_table import PrintedGroup, PrintedRow, line_table
from billing.documents.rendering.wording import Wording, wording
from billing.money.formatting import price_decimals


def invoice_layout(content: InvoiceContent) -> dict[str, Json]:
    words = wording(
        language=content.language, currency=content.currency, time_zone=content.time_zone
    )
    labels = words.labels
    frame = page(
        words,
        title=labels[content.kind.value],
        number=content.number,
        seller=content.seller,
        buyer=content.buyer,
        buyer_label=labels["credited_to" if is_credit(content) else "billed_to"],
        headline=headline(content, words),
        meta=meta(content, words),
        remarks=[
            (labels["payment"], content.payment_hint),
            (labels["notes"], notes(content, words)),
        ],
        look=content.look,
        facts=facts(content, words),
    )
    columns = shown_columns(content)
    printed = [printed_group(lines, columns, content, words) for lines in groups(content)]
    return {
        "page": frame,
        "table": line_table([labels[name] for name in columns], printed),
        "totals": totals(content, words),
    }


def facts(content: InvoiceContent, words: Wording) -> dict[str, str]:
    """What its texts may name; a credit note speaks of the invoice that it corrects."""
    common = {
        "customer_number": content.buyer.identifier,
        "currency": content.currency,
        "issued": words.moment(content.issued_at),
        "number": content.number,
        "total": words.money(content.total),
    }
    if is_credit(content):
        return common | {"corrects": content.preceding_invoice}
    return common | {
        "period": period(content.period_start, content.period_end, words),
        "due": words.moment(content.due_at) if content.due_at and content.is_demand else "",
        "amount_due": words.money(content.amount_due),
    }


def is_credit(content: InvoiceContent) -> bool:
    return content.kind is DocumentKind.CREDIT_NOTE


def headline(content: InvoiceContent, words: Wording) -> tuple[str, str]:
    """What is to be paid, or what became of the total when nothing is."""
    if is_credit(content):
        return words.money(content.total), words.labels["credited"]
    if content.amount_due > 0:
        return words.money(content.amount_due), due_caption(content, words)
    if content.paid_from_balance > 0:
        return words.money(content.total), words.labels["nothing_to_pay"]
    return words.money(content.total), words.labels["nothing_due"]


def due_caption(content: InvoiceContent, words: Wording) -> str:
    if not content.is_demand:
        return words.labels["taken_from_balance"]
    if content.due_at is None:
        return words.labels["due_now"]
    return words.labels["due_by"].format(date=words.moment(content.due_at))


def meta(content: InvoiceContent, words: Wording) -> list[tuple[str, str]]:
    labels = words.labels
    due = words.moment(content.due_at) if content.due_at and content.is_demand else ""
    return [
        (labels["issued"], words.moment(content.issued_at)),
        (labels["period"], period(content.period_start, content.period_end, words)),
        (labels["due"], due),
        (labels["customer_number"], content.buyer.identifier),
        (labels["corrects"], content.preceding_invoice),
        (labels["currency"], content.currency),
    ]


def notes(content: InvoiceContent, words: Wording) -> str:
    reasons = [exemption(tax, words) for tax in content.taxes]
    prices = [words.labels["prices_include_tax"]] if content.includes_tax else []
    told = (content.notes, *prices, *reasons)
    return "\n".join(dict.fromkeys(text for text in told if text.strip()))


def exemption(tax: TaxLine, words: Wording) -> str:
    """Why there is no tax. That a charge is reversed must be said in these words, whatever else."""
    usual = words.exemptions.get(tax.category.value, "")
    if tax.category is TaxCategory.REVERSE_CHARGE and tax.exemption_reason:
        return f"{usual}. {tax.exemption_reason}"
    return tax.exemption_reason or usual


def shown_columns(content: InvoiceContent) -> list[str]:
    """Columns that say something on this document."""
    has_allowance = any(line.included for line in content.lines)
    return [
        "description",
        "quantity",
        *(["included"] if has_allowance else []),
        "unit_price",
        *(["tax"] if content.taxes else []),
        "amount",
    ]


def groups(content: InvoiceContent) -> list[list[DocumentLine]]:
    """Lines of one service and plan together, in the order in which each first appears."""
    found: dict[tuple[str, str], list[DocumentLine]] = {}
    for line in content.lines:
        found.setdefault((line.service, line.plan), []).append(line)
    return list(found.values())


def printed_group(
    lines: list[DocumentLine], columns: list[str], content: InvoiceContent, words: Wording
) -> PrintedGroup:
    """Prices of one group have the same number of decimals, so that they can be compared."""
    first = lines[0]
    names = [words.shown(name) for name in (first.service, first.plan) if name.strip()]
    decimals = max(
        price_decimals(printed_price(line), at_least=content.cost_decimal_points) for line in lines
    )
    total = words.money(sum((printed_amount(line) for line in lines), Decimal(0)))
    return PrintedGroup(
        title=" · ".join(names) or words.labels["other"],
        rows=[printed_row(line, columns, decimals, words) for line in lines],
        total=total if len(lines) > 1 else "",
    )


def printed_price(line: DocumentLine) -> Decimal:
    """The unit price as it was told to the customer: with tax where prices include it."""
    return line.unit_price if line.gross_unit_price is None else line.gross_unit_price


def printed_amount(line: DocumentLine) -> Decimal:
    return line.amount if line.gross is None else line.gross


def printed_row(
    line: DocumentLine, columns: list[str], price_places: int, words: Wording
) -> PrintedRow:
    details = [words.shown(text) for text in (line.subject, line.period_label) if text.strip()]
    figures = {
        "quantity": words.quantity(line.quantity, line.unit),
        "included": words.quantity(line.included, "") if line.included else "",
        "unit_price": words.unit_price(printed_price(line), decimals=price_places),
        "tax": words.percent(line.tax_rate),
        "amount": words.money(printed_amount(line)),
    }
    return PrintedRow(
        text=words.shown(line.description),
        detail=" · ".join(details),
        figures=tuple(figures[name] for name in columns if name in figures),
    )


def totals(content: InvoiceContent, words: Wording) -> list[Json]:
    labels = words.labels
    rows = [total_row(labels["subtotal"], words.money(content.subtotal))]
    rows += [total_row(tax_label(tax, words), words.money(tax.amount)) for tax in content.taxes]
    if is_credit(content):
        rows.append(strong_row(labels["total_credited"], words.money(content.total)))
        return [*rows, *exchanged(content, words)]
    rows.append(total_row(labels["total"], words.money(content.total)))
    if content.paid_from_balance:
        paid = words.money(-content.paid_from_balance)
        rows.append(total_row(labels["paid_from_balance"], paid))
    rows.append(strong_row(labels["amount_due"], words.money(content.amount_due)))
    return [*rows, *exchanged(content, words)]


def exchanged(content: InvoiceContent, words: Wording) -> list[Json]:
    """What the document comes to in other currencies, each with its rate."""
    return [
        total_row(
            words.labels[f"exchanged_{each.purpose}"].format(rate=rate_text(each, words)),
            words.money_in(each.amount, each.amount_currency),
        )
        for each in content.exchanges
    ]


def tax_label(tax: TaxLine, words: Wording) -> str:
    return words.labels["tax_on"].format(
        name=words.shown(tax.name), percent=words.percent(tax.percent), net=words.money(tax.net)
    )
