"""What a table is made of: columns, cells, rows; the same for every file format."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from billing.money.calc import is_currency, minor_digits

Cell = str | int | Decimal | datetime | date | bool | None
Row = Sequence[Cell]


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """`key` heads CSV and names JSON fields, `title` heads XLSX; `width` is in characters.

    An amount's column names the column of its currency in `currency_key`.
    """

    key: str
    title: str
    currency_key: str = ""
    width: int = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    title: str
    columns: Sequence[Column]
    rows: Iterable[Row]

    def currency_positions(self) -> list[int | None]:
        """For each column the position of its currency, or None when it holds no amounts."""
        keys = [column.key for column in self.columns]
        return [
            keys.index(column.currency_key) if column.currency_key else None
            for column in self.columns
        ]


def currency_of(row: Row, position: int | None) -> str:
    """The currency at that position of the row; empty when there is none."""
    code = "" if position is None else row[position]
    return code if isinstance(code, str) and is_currency(code) else ""


def least_decimals(currency: str) -> int:
    return minor_digits(currency) if currency else 0
