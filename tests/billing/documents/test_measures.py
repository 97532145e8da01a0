"""Widths known beforehand are those of the page: never too small, hardly too large."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from itertools import pairwise

import pytest
from pypdf import PdfReader

from billing.documents.rendering.line_table import PrintedGroup, PrintedRow, line_table
from billing.documents.rendering.measures import strong, widest, width
from billing.documents.rendering.pdf import render_invoice_pdf
from billing.documents.rendering.typesetting import PLAIN, compile_pdf
from tests.billing.documents.examples import SIM_DATA, invoice

TEXTS = [
    "1,234,567,890.123456",
    "18,059.974\N{NO-BREAK SPACE}k tokens",
    "\N{MINUS SIGN}$28.57",
    "1.234,50\N{NO-BREAK SPACE}€",
    "Data in the United Kingdom",
    "AVAWATo WAVY Überlänge ÇŞĞ",
    "WWWWWWMMMMMM@@@@",
    "llllliiiii.....,,,,,",
    "8944 5000 0000 1234 567 · late usage",
]
MEASURE = """
#import "theme.typ": *
#set text(font: fonts, size: 9pt, number-width: "tabular")
#set page(width: auto, height: auto, margin: 0pt)
#text(weight: WEIGHT, json("data.json"))
"""


def printed_width(text: str, *, weight: str) -> float:
    """The width of a page that fits the text, in points."""
    files = {
        "main.typ": MEASURE.replace("WEIGHT", f'"{weight}"').encode(),
        "data.json": json.dumps(text).encode(),
        "parts.json": b'{"logo": false, "xml": false, "layout": "classic", "accent": ""}',
    }
    pdf = compile_pdf(files, standard=PLAIN, at=datetime(2026, 1, 1, tzinfo=UTC))
    return float(PdfReader(BytesIO(pdf)).pages[0].mediabox.width)


@pytest.mark.parametrize("text", TEXTS)
def test_a_known_width_is_the_printed_width(text: str) -> None:
    known = width(text, points=9)
    assert known is not None
    assert 0 <= known - printed_width(text, weight="regular") <= 0.07 * known


@pytest.mark.parametrize("text", TEXTS[:4])
def test_a_sum_in_bold_fits_its_column(text: str) -> None:
    known = strong(width(text, points=9))
    assert known is not None
    assert known >= printed_width(text, weight="semibold")


def test_other_scripts_have_no_known_width() -> None:
    assert width("株式会社", points=9) is None
    assert widest([1.0, None]) is None
    assert widest([]) == 0


def row(text: str, detail: str = "") -> PrintedRow:
    return PrintedRow(text=text, detail=detail, figures=("1", "$1.00"))


@pytest.mark.parametrize(
    ("printed", "height"),
    [
        (row("Data in Germany"), 16.2),
        (row("Data in Germany", "8944 5000"), 26.6),
        (row("Data " * 40), None),
        (row("Daten in 東京"), None),
        (row("two\nlines"), None),
    ],
)
def test_a_row_has_a_fixed_height_only_when_it_surely_fits(
    printed: PrintedRow, height: float | None
) -> None:
    group = PrintedGroup(title="SIM data", rows=[printed], total="")
    table = line_table(["Description", "Quantity", "Amount"], [group])
    groups = table["groups"]
    assert isinstance(groups, list)
    assert isinstance(groups[0], dict)
    assert groups[0]["rows"] == [
        {
            "text": printed.text,
            "detail": printed.detail,
            "figures": ["1", "$1.00"],
            "height": height,
        }
    ]


def test_descriptions_of_every_length_stay_in_their_rows() -> None:
    """Each row begins below the one before it, whether its height was known or not."""
    lines = [
        replace(
            SIM_DATA, description=f"{n:02d} " + "Wide Words " * (n // 2), subject=f"line {n:02d}"
        )
        for n in range(1, 26)
    ]
    heights: list[float] = []

    def visit(
        text: str, page: list[float], line: list[float], _font: object, _size: object
    ) -> None:
        if text.strip().startswith("line "):
            heights.append(line[5] * page[3] + page[5])

    for page in PdfReader(BytesIO(render_invoice_pdf(invoice(*lines)).content)).pages:
        page.extract_text(visitor_text=visit)
    assert len(heights) == 25
    steps = [abs(upper - lower) for upper, lower in pairwise(heights)]
    assert min(steps) > 26
