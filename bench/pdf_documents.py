"""B9: PDF documents per second, thirty lines, against WeasyPrint with the same content.

Ours is PDF/A-3 with its EN 16931 XML inside, written afresh for every document; the yardstick is a
plain PDF of the same words in a system font.
"""

import statistics
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from html import escape

from weasyprint import HTML

from billing.documents.rendering.content import (
    DocumentKind,
    DocumentLine,
    InvoiceContent,
    Party,
    TaxLine,
)
from billing.documents.rendering.frozen import Json
from billing.documents.rendering.invoice_layout import invoice_layout
from billing.documents.rendering.pdf import render_invoice_pdf

NAME = "B9"
TARGET = 8.0
LINES = 30
ROUNDS = 5
DOCUMENTS = 12
YARDSTICK_DOCUMENTS = 4
STYLE = """
@page { size: A4; margin: 20mm 18mm 24mm;
  @bottom-left { content: string(imprint); font-size: 7.5pt }
  @bottom-right { content: "Page " counter(page) " of " counter(pages); font-size: 7.5pt } }
body { font: 9pt/1.1 sans-serif } h1, p { margin: 2mm 0 } small { color: #646d7a; font-size: 7.5pt }
h1 { text-align: right } .imprint { string-set: imprint content(); height: 0; overflow: hidden }
.sides { display: flex; justify-content: space-between }
.figure { font-size: 20pt; background: #f5f7f9; padding: 4mm }
table { width: 100%; border-collapse: collapse } thead { display: table-header-group }
th { border-bottom: 0.7pt solid #000; text-align: right }
td { border-bottom: 0.4pt solid #eee; padding: 3pt 0; text-align: right; break-inside: avoid }
td:first-child, th:first-child { text-align: left } .totals { width: 84mm; margin-left: auto }
"""


def run() -> dict[str, str | float]:
    """Documents per second, ours and the yardstick's in turn; the median ratio counts."""
    ours, theirs = [], []
    warm_up()
    for number in range(ROUNDS):
        ours.append(per_second(our_document, DOCUMENTS, first=number * 1000))
        theirs.append(per_second(yardstick_document, YARDSTICK_DOCUMENTS, first=number * 1000))
    ratios = [mine / other for mine, other in zip(ours, theirs, strict=True)]
    return {
        "value": statistics.median(ours),
        "unit": "documents/s",
        "yardstick": statistics.median(theirs),
        "ratio": statistics.median(ratios),
        "ratio_min": min(ratios),
        "ratio_max": max(ratios),
        "target": TARGET,
    }


def warm_up() -> None:
    our_document(-1)
    yardstick_document(-1)


def per_second(make: Callable[[int], int], count: int, *, first: int) -> float:
    started = time.perf_counter()
    for number in range(first, first + count):
        make(number)
    return count / (time.perf_counter() - started)


def our_document(number: int) -> int:
    return len(render_invoice_pdf(content_of(number)).content)


def yardstick_document(number: int) -> int:
    return len(HTML(string=html_of(content_of(number))).write_pdf())


def content_of(number: int) -> InvoiceContent:
    """An invoice of thirty lines in three groups, every figure its own."""
    lines = tuple(line_of(number, position) for position in range(LINES))
    net = sum((line.amount for line in lines), Decimal(0))
    tax = round(net / 5, 2)
    return InvoiceContent(
        kind=DocumentKind.INVOICE,
        number=f"INV-2026-{number:06d}",
        seller=PARTY,
        buyer=replace(PARTY, name=f"Globex Robotics {number}", identifier=f"C-{number}"),
        currency="USD",
        issued_at=datetime(2026, 12, 2, tzinfo=UTC),
        due_at=datetime(2026, 12, 16, tzinfo=UTC),
        period_start=datetime(2026, 11, 1, tzinfo=UTC),
        period_end=datetime(2026, 12, 1, tzinfo=UTC),
        lines=lines,
        taxes=(TaxLine(name="VAT", percent=Decimal(20), net=net, amount=tax),),
        subtotal=net,
        tax_total=tax,
        total=net + tax,
        amount_due=net + tax,
        is_demand=True,
        payment_hint="Please transfer the amount due, quoting the number of the invoice.",
    )


PARTY = Party(
    name="Tollgate Networks",
    legal_name="Tollgate Networks GmbH",
    address_lines=("Torstraße 105",),
    postal_code="10119",
    city="Berlin",
    country="DE",
    tax_id="DE123456789",
    email="billing@tollgate.example",
)


def line_of(number: int, position: int) -> DocumentLine:
    quantity = Decimal(number * LINES + position) + Decimal("1024.25")
    return DocumentLine(
        service=("SIM data", "Language models", "Cloud addresses")[position * 3 // LINES],
        plan="Global PAYGO",
        description=f"Usage in zone {position}",
        subject=f"8944 5000 {number:04d} {position:04d}",
        quantity=quantity,
        unit="MB",
        unit_price=Decimal("0.0125"),
        amount=round(quantity * Decimal("0.0125"), 2),
        tax_rate=Decimal(20),
    )


def html_of(content: InvoiceContent) -> str:
    """The words of our page as HTML, from the same layout."""
    data = invoice_layout(content)
    page, table = nested(data["page"]), nested(data["table"])
    sides = "".join(f"<div>{side(nested(page[who]))}</div>" for who in ("seller", "buyer"))
    head = "".join(f"<th>{escape(str(title))}</th>" for title in listed(table["titles"]))
    body = "".join(group_html(nested(group)) for group in listed(table["groups"]))
    totals = "".join(total_html(nested(row)) for row in listed(data["totals"]))
    figure = nested(page["headline"])
    return (
        f"<style>{STYLE}</style><p class=imprint>{escape(str(page['imprint']))}</p>"
        f"<h1>{page['title']}<br><small>{page['number']}</small></h1>"
        f"<div class=sides>{sides}<table style='width:58mm'>{facts_html(page)}</table></div>"
        f"<p class=figure>{figure['figure']} <small>{figure['caption']}</small></p>"
        f"<table><thead><tr>{head}</tr></thead>{body}</table>"
        f"<table class=totals>{totals}</table><p>{content.payment_hint}</p>"
    )


def facts_html(page: dict[str, Json]) -> str:
    pairs = (listed(pair) for pair in listed(page["meta"]))
    return "".join(
        f"<tr><td>{name}</td><td>{escape(str(value))}</td></tr>" for name, value in pairs
    )


def total_html(row: dict[str, Json]) -> str:
    return f"<tr><td>{row['label']}</td><td>{row['value']}</td></tr>"


def side(who: dict[str, Json]) -> str:
    lines = [who["name"], *listed(who["lines"]), *listed(who["details"])]
    return "<br>".join(escape(str(line)) for line in lines)


def group_html(group: dict[str, Json]) -> str:
    rows = "".join(row_html(nested(row)) for row in listed(group["rows"]))
    total = f"<tr><td>Sum</td><td colspan=4><b>{group['total']}</b></td></tr>"
    return f"<tr><td colspan=5><b>{group['title']}</b></td></tr>{rows}{total}"


def row_html(row: dict[str, Json]) -> str:
    figures = "".join(f"<td>{figure}</td>" for figure in listed(row["figures"]))
    return f"<tr><td>{row['text']}<br><small>{row['detail']}</small></td>{figures}</tr>"


def nested(value: Json) -> dict[str, Json]:
    if not isinstance(value, dict):
        raise TypeError(f"{value!r} is not an object")
    return value


def listed(value: Json) -> list[Json]:
    if not isinstance(value, list):
        raise TypeError(f"{value!r} is not a list")
    return value
