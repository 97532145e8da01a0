"""Tables as files: exact, safe to open in a spreadsheet, and no larger in memory for being long."""

import csv
import io
import json
import tracemalloc
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from billing.documents.rendering.columns import Column, Row, Table
from billing.documents.rendering.invoice_table import LINE_COLUMNS, invoice_lines, invoice_xlsx
from billing.documents.rendering.tables import FileFormat, stream_rows
from billing.documents.rendering.workbooks import xlsx_chunks
from tests.billing.documents.examples import INPUT_TOKENS, token_invoice

COLUMNS = (
    Column(key="name", title="Name"),
    Column(key="issued_at", title="Issued"),
    Column(key="day", title="Day"),
    Column(key="amount", title="Amount", currency_key="currency"),
    Column(key="currency", title="Currency"),
    Column(key="count", title="Count"),
    Column(key="ok", title="OK"),
)
ISSUED = datetime(2026, 12, 2, 8, 30, tzinfo=UTC)
ROW: Row = ("Globex", ISSUED, date(2026, 12, 2), Decimal("28.5"), "USD", 7, True)
YEN: Row = ("Déjà 株式会社", None, None, Decimal(-1234), "JPY", -1, False)
LEDGER: Row = ("exact", None, None, Decimal("0.000000150000"), "USD", None, None)


def file_of(*rows: Row, file_format: FileFormat) -> bytes:
    return b"".join(stream_rows(COLUMNS, rows, file_format=file_format))


def sheets(content: bytes) -> list[Worksheet]:
    return [cast("Worksheet", sheet) for sheet in load_workbook(io.BytesIO(content)).worksheets]


def test_csv_has_exact_figures_and_keys_for_a_head() -> None:
    text = file_of(ROW, YEN, LEDGER, file_format=FileFormat.CSV).decode("utf-8")
    assert text.splitlines() == [
        "name,issued_at,day,amount,currency,count,ok",
        "Globex,2026-12-02T08:30:00Z,2026-12-02,28.50,USD,7,true",
        "Déjà 株式会社,,,-1234,JPY,-1,false",
        "exact,,,0.00000015,USD,,",
    ]


def test_json_lines_carry_amounts_as_strings() -> None:
    lines = file_of(ROW, YEN, file_format=FileFormat.JSON_LINES).decode("utf-8").splitlines()
    assert json.loads(lines[0]) == {
        "name": "Globex",
        "issued_at": "2026-12-02T08:30:00Z",
        "day": "2026-12-02",
        "amount": "28.50",
        "currency": "USD",
        "count": 7,
        "ok": True,
    }
    assert json.loads(lines[1])["amount"] == "-1234"


def test_xlsx_carries_numbers_as_numbers_and_dates_as_dates() -> None:
    (sheet,) = sheets(file_of(ROW, YEN, LEDGER, file_format=FileFormat.XLSX))
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[0] == ("Name", "Issued", "Day", "Amount", "Currency", "Count", "OK")
    assert rows[1] == (
        "Globex", datetime(2026, 12, 2, 8, 30), datetime(2026, 12, 2), 28.5, "USD", 7, True,
    )  # fmt: skip
    assert rows[2] == ("Déjà 株式会社", None, None, -1234, "JPY", -1, False)
    assert rows[3][3] == 0.00000015
    assert [sheet.cell(row, 4).number_format for row in (2, 3, 4)] == [
        "#,##0.00 [$USD]",
        "#,##0 [$JPY]",
        "#,##0.00000000 [$USD]",
    ]


def test_the_head_of_a_sheet_stays_and_filters() -> None:
    (sheet,) = sheets(file_of(ROW, YEN, file_format=FileFormat.XLSX))
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == "A1:G3"


@pytest.mark.parametrize("file_format", FileFormat)
def test_a_table_without_rows_has_its_head(file_format: FileFormat) -> None:
    content = file_of(file_format=file_format)
    if file_format is FileFormat.XLSX:
        assert sheets(content)[0].cell(1, 1).value == "Name"
    else:
        assert content in (b"", b"name,issued_at,day,amount,currency,count,ok\r\n")


DANGEROUS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", '=cmd|" /C calc"!A0']


@pytest.mark.parametrize("text", DANGEROUS)
def test_a_formula_in_csv_is_text(text: str) -> None:
    content = file_of((text, *ROW[1:]), file_format=FileFormat.CSV).decode("utf-8")
    rows = list(csv.reader(io.StringIO(content, newline="")))
    assert rows[1][0] == f"'{text}"


def test_a_negative_amount_in_csv_is_no_formula() -> None:
    assert b",-1234,JPY,-1," in file_of(YEN, file_format=FileFormat.CSV)


@pytest.mark.parametrize("text", ["=1+1", "http://x.example", "007", "mailto:a@b.example"])
def test_a_text_in_xlsx_stays_a_text(text: str) -> None:
    (sheet,) = sheets(file_of((text, *ROW[1:]), file_format=FileFormat.XLSX))
    cell = sheet.cell(2, 1)
    assert (cell.value, cell.data_type, cell.hyperlink) == (text, "s", None)


def test_a_number_too_long_for_a_spreadsheet_is_text() -> None:
    iccid = 8944500000001234567
    (sheet,) = sheets(file_of((*ROW[:5], iccid, True), file_format=FileFormat.XLSX))
    assert sheet.cell(2, 6).value == "8944500000001234567"


def test_a_text_too_long_for_a_cell_is_cut() -> None:
    (sheet,) = sheets(file_of(("x" * 40_000, *ROW[1:]), file_format=FileFormat.XLSX))
    assert sheet.cell(2, 1).value == "x" * 32_767


@given(st.text())
def test_any_text_survives_csv_and_json(text: str) -> None:
    row = (text, *ROW[1:])
    content = file_of(row, file_format=FileFormat.CSV).decode("utf-8")
    (_, found, *_) = csv.reader(io.StringIO(content, newline=""))
    assert found[0] in (text, f"'{text}")
    line = file_of(row, file_format=FileFormat.JSON_LINES).decode("utf-8")
    assert json.loads(line)["name"] == text


def test_a_full_sheet_is_continued_on_the_next() -> None:
    table = Table(title="Export", columns=COLUMNS, rows=[ROW] * 7)
    content = b"".join(xlsx_chunks([table], rows_per_sheet=4))  # head and three rows
    found = sheets(content)
    assert [(sheet.title, sheet.max_row) for sheet in found] == [
        ("Export", 4),
        ("Export 2", 4),
        ("Export 3", 2),
    ]
    assert {sheet.cell(1, 1).value for sheet in found} == {"Name"}


def test_exactly_one_full_sheet_is_one_sheet() -> None:
    table = Table(title="Export", columns=COLUMNS, rows=[ROW] * 3)
    assert len(sheets(b"".join(xlsx_chunks([table], rows_per_sheet=4)))) == 1


def many(count: int) -> Iterator[Row]:
    for number in range(count):
        yield (f"Company {number}", ISSUED, None, Decimal(number) / 7, "USD", number, True)


def peak_bytes(count: int, file_format: FileFormat) -> int:
    tracemalloc.start()
    for _chunk in stream_rows(COLUMNS, many(count), file_format=file_format):
        pass
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak


@pytest.mark.parametrize("file_format", FileFormat)
def test_memory_does_not_grow_with_the_rows(file_format: FileFormat) -> None:
    peak_bytes(100, file_format)
    short, long = peak_bytes(1_000, file_format), peak_bytes(10_000, file_format)
    assert long < short + 200_000


@pytest.mark.parametrize("file_format", [FileFormat.CSV, FileFormat.JSON_LINES])
def test_the_first_chunk_comes_before_the_last_row_is_read(file_format: FileFormat) -> None:
    read: list[int] = []

    def rows() -> Iterator[Row]:
        for number, row in enumerate(many(10_000)):
            read.append(number)
            yield row

    next(stream_rows(COLUMNS, rows(), file_format=file_format))
    assert len(read) < 2_000


def test_an_abandoned_download_leaves_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    download = stream_rows(COLUMNS, many(2_000), file_format=FileFormat.XLSX)
    next(download)
    assert list(tmp_path.iterdir())
    download.close()  # type: ignore[attr-defined]
    assert list(tmp_path.iterdir()) == []


def test_an_invoice_as_a_workbook_has_its_facts_and_its_lines() -> None:
    facts, lines = sheets(b"".join(invoice_xlsx(token_invoice())))
    told = {row[0]: row[1] for row in facts.iter_rows(values_only=True)}
    assert told["Number"] == "INV-2026-000123"
    assert told["Subtotal"] == 28.57
    assert told["VAT 20 %"] == 5.71
    assert told["Total"] == told["Amount due"] == 34.28
    prices = [row[9] for row in lines.iter_rows(min_row=2, values_only=True)]
    assert prices == [0.0015, 0.006]


def test_an_invoice_as_csv_has_one_row_per_line() -> None:
    content = replace(token_invoice(), lines=(INPUT_TOKENS,))
    chunks = stream_rows(LINE_COLUMNS, invoice_lines(content), file_format=FileFormat.CSV)
    rows = list(csv.DictReader(io.StringIO(b"".join(chunks).decode("utf-8"))))
    assert [(row["quantity"], row["unit_price"], row["amount"]) for row in rows] == [
        ("18059.974", "0.0015", "27.09")
    ]
