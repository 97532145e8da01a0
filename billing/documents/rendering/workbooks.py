"""XLSX in constant memory: numbers as numbers, dates as dates, nothing as a formula."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import chain, islice
from pathlib import Path
from tempfile import TemporaryDirectory

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from billing.documents.rendering.columns import (
    Cell,
    Column,
    Row,
    Table,
    currency_of,
    least_decimals,
)

MOST_ROWS = 1_048_576
MOST_CHARACTERS = 32_767
MOST_DIGITS = 15
MOST_DECIMALS = 12
CHUNK_BYTES = 64 * 1024
NO_FORMULAS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


def xlsx_chunks(tables: Sequence[Table], *, rows_per_sheet: int = MOST_ROWS) -> Iterator[bytes]:
    """The finished workbook, from a temporary file; a full sheet is continued on the next."""
    with TemporaryDirectory(prefix="tollgate-xlsx-") as folder:
        path = Path(folder) / "table.xlsx"
        with Workbook(str(path), {**NO_FORMULAS, "tmpdir": folder}) as workbook:
            styles = Styles(workbook)
            for table in tables:
                write_table(table, styles, rows_per_sheet=rows_per_sheet)
        with path.open("rb") as file:
            while chunk := file.read(CHUNK_BYTES):
                yield chunk


@dataclass(frozen=True, slots=True)
class Styles:
    """The cell formats of one workbook, made when first asked for."""

    workbook: Workbook
    made: dict[str, Format] = field(default_factory=dict)

    def number(self, pattern: str) -> Format:
        if pattern not in self.made:
            self.made[pattern] = self.workbook.add_format({"num_format": pattern})
        return self.made[pattern]

    def head(self) -> Format:
        if "head" not in self.made:
            self.made["head"] = self.workbook.add_format({"bold": True, "bottom": 1})
        return self.made["head"]


def write_table(table: Table, styles: Styles, *, rows_per_sheet: int) -> None:
    rows = iter(table.rows)
    number = 1
    following: list[Row] = list(islice(rows, 1))
    while number == 1 or following:
        title = table.title if number == 1 else f"{table.title} {number}"
        sheet = styles.workbook.add_worksheet(title)
        write_sheet(sheet, table, islice(chain(following, rows), rows_per_sheet - 1), styles)
        following = list(islice(rows, 1))
        number += 1


def write_sheet(sheet: Worksheet, table: Table, rows: Iterable[Row], styles: Styles) -> None:
    write_head(sheet, table.columns, styles)
    positions = table.currency_positions()
    last = 0
    for last, row in enumerate(rows, start=1):
        for column, cell in enumerate(row):
            currency = currency_of(row, positions[column])
            write_cell(sheet, (last, column), cell, styles, currency=currency)
    sheet.autofilter(0, 0, last, len(table.columns) - 1)


def write_head(sheet: Worksheet, columns: Sequence[Column], styles: Styles) -> None:
    for number, column in enumerate(columns):
        sheet.set_column(number, number, column.width)
        sheet.write_string(0, number, column.title, styles.head())
    sheet.freeze_panes(1, 0)


def write_cell(
    sheet: Worksheet, place: tuple[int, int], cell: Cell, styles: Styles, *, currency: str
) -> None:
    match cell:
        case None:
            return
        case bool():
            sheet.write_boolean(*place, cell)
        case Decimal():
            sheet.write_number(*place, cell, styles.number(decimal_pattern(cell, currency)))
        case int() if abs(cell) < 10**MOST_DIGITS:
            sheet.write_number(*place, cell, styles.number("0"))
        case datetime():
            naive = cell.astimezone(UTC).replace(tzinfo=None)
            sheet.write_datetime(*place, naive, styles.number("yyyy-mm-dd hh:mm:ss"))
        case date():
            sheet.write_datetime(*place, cell, styles.number("yyyy-mm-dd"))
        case _:
            sheet.write_string(*place, str(cell)[:MOST_CHARACTERS])


def decimal_pattern(amount: Decimal, currency: str) -> str:
    """As many decimals as the amount has, at least the currency's, which stands behind."""
    _, _, exponent = amount.normalize().as_tuple()
    needed = -exponent if isinstance(exponent, int) else 0
    decimals = min(max(needed, least_decimals(currency)), MOST_DECIMALS)
    figure = "#,##0." + "0" * decimals if decimals else "#,##0"
    return f"{figure} [${currency}]" if currency else figure
