"""Tables as files: CSV, JSON Lines and XLSX, streamed, in memory that does not grow with the rows.

CSV and JSON Lines carry exact figures. XLSX carries numbers as numbers, of which a spreadsheet
keeps fifteen significant digits.
"""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum

from billing.documents.rendering.columns import (
    Cell,
    Column,
    Row,
    Table,
    currency_of,
    least_decimals,
)
from billing.documents.rendering.workbooks import xlsx_chunks
from billing.money.calc import plain

CHUNK_CHARACTERS = 64 * 1024
# Fullwidth signs begin a formula too where a spreadsheet follows Japanese input.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


class FileFormat(StrEnum):
    CSV = "csv"
    XLSX = "xlsx"
    JSON_LINES = "jsonl"


CONTENT_TYPES = {
    FileFormat.CSV: "text/csv; charset=utf-8",
    FileFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    FileFormat.JSON_LINES: "application/x-ndjson",
}


def stream_rows(
    columns: Sequence[Column],
    rows: Iterable[Row],
    *,
    file_format: FileFormat,
    title: str = "Export",
) -> Iterator[bytes]:
    """The table as chunks of a file. Only XLSX is finished before its first chunk."""
    table = Table(title=title, columns=columns, rows=rows)
    match file_format:
        case FileFormat.CSV:
            return encoded(csv_lines(table))
        case FileFormat.JSON_LINES:
            return encoded(json_lines(table))
        case FileFormat.XLSX:
            return xlsx_chunks([table])


def encoded(lines: Iterable[str]) -> Iterator[bytes]:
    """Lines gathered into chunks of about 64 kB."""
    chunk = io.StringIO()
    for line in lines:
        if chunk.write(line) and chunk.tell() >= CHUNK_CHARACTERS:
            yield chunk.getvalue().encode("utf-8")
            chunk = io.StringIO()
    yield chunk.getvalue().encode("utf-8")


def csv_lines(table: Table) -> Iterator[str]:
    positions = table.currency_positions()
    yield csv_line([column.key for column in table.columns])
    for row in table.rows:
        yield csv_line(
            [
                csv_text(cell, currency=currency_of(row, position))
                for cell, position in zip(row, positions, strict=True)
            ]
        )


def csv_line(texts: Sequence[str]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow(texts)
    return line.getvalue()


def csv_text(cell: Cell, *, currency: str) -> str:
    if cell is None:
        return ""
    return defused(cell) if isinstance(cell, str) else plain_text(cell, currency=currency)


def defused(text: str) -> str:
    """A text that a spreadsheet shows instead of running it."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def json_lines(table: Table) -> Iterator[str]:
    keys = [column.key for column in table.columns]
    positions = table.currency_positions()
    for row in table.rows:
        cells = (
            json_value(cell, currency=currency_of(row, position))
            for cell, position in zip(row, positions, strict=True)
        )
        facts = dict(zip(keys, cells, strict=True))
        yield json.dumps(facts, ensure_ascii=False, separators=(",", ":")) + "\n"


def json_value(cell: Cell, *, currency: str) -> str | int | bool | None:
    """Amounts are strings, so that no reader makes binary fractions of them."""
    if cell is None or isinstance(cell, str | bool | int):
        return cell
    return plain_text(cell, currency=currency)


def plain_text(cell: int | Decimal | datetime | date, *, currency: str) -> str:
    match cell:
        case bool():
            return "true" if cell else "false"
        case Decimal():
            return plain(cell, at_least=least_decimals(currency))
        case datetime():
            return cell.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"
        case _:
            return str(cell)
