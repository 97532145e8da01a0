"""A list as a file: all rows of the filter, in constant memory.

Rows come in batches by primary key, newest first: keys are in order of time. Who writes files
registers itself (`writes_files`): finance exports and lists come out of one writer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

import django_tables2 as tables
from django.db.models import Model, QuerySet
from django.http import StreamingHttpResponse

from accounts.pages.choosing import arranged
from accounts.pages.columns import Raw

Row = TypeVar("Row", bound=Model)
BATCH = 2000
FORMATS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "jsonl": "application/x-ndjson",
}
CURRENCY = "currency"


@dataclass(frozen=True)
class FileColumn:
    """A column of the file; an amount's names the column of its currency."""

    key: str
    title: str
    currency_key: str


FileWriter = Callable[[Sequence[FileColumn], Iterable[Sequence[Raw]], str, str], Iterator[bytes]]
_writers: list[FileWriter] = []


def writes_files(writer: FileWriter) -> FileWriter:
    """Registers who makes chunks of a file from columns, rows, format and title."""
    _writers[:] = [writer]
    return writer


def exported(
    queryset: QuerySet[Row],
    table: type[tables.Table],
    columns: Sequence[str],
    *,
    name: str,
    file_format: str,
) -> StreamingHttpResponse:
    """The answer with the file; `file_format` is one of FORMATS.

    Without `columns` it holds all that the table has; with them those, in their order, and the
    currency with every amount.
    """
    names = _file_columns(table, columns)
    rows = (row for batch in batches(queryset) for row in _values(table, batch, names))
    return file_answer(_heads(table, names), rows, name=name, file_format=file_format)


def file_answer(
    columns: Sequence[FileColumn], rows: Iterable[Sequence[Raw]], *, name: str, file_format: str
) -> StreamingHttpResponse:
    """A download that is written while it is read."""
    [writer] = _writers
    return StreamingHttpResponse(
        writer(columns, rows, file_format, name),
        content_type=FORMATS[file_format],
        headers={"Content-Disposition": f'attachment; filename="{name}.{file_format}"'},
    )


def batches(queryset: QuerySet[Row]) -> Iterator[list[Row]]:
    """All rows by primary key, newest first, some at a time."""
    ordered = queryset.order_by("-pk")
    batch = list(ordered[:BATCH])
    while batch:
        yield batch
        batch = list(ordered.filter(pk__lt=batch[-1].pk)[:BATCH])


def _file_columns(table: type[tables.Table], columns: Sequence[str]) -> list[str]:
    on_offer = {
        name: column
        for name, column in table.base_columns.items()
        if not column.exclude_from_export
    }
    names = [name for name in columns or on_offer if name in on_offer]
    needs_currency = any(on_offer[name].needs_currency for name in names)
    if needs_currency and CURRENCY in on_offer and CURRENCY not in names:
        return [*names, CURRENCY]
    return names


def _heads(table: type[tables.Table], names: Sequence[str]) -> list[FileColumn]:
    has_currency = CURRENCY in names
    columns = [(name, table.base_columns[name]) for name in names]
    return [
        FileColumn(
            key=name,
            title=str(column.verbose_name),
            currency_key=CURRENCY if column.is_amount and has_currency else "",
        )
        for name, column in columns
    ]


def _values(
    table: type[tables.Table], batch: Sequence[Model], names: Sequence[str]
) -> Iterator[list[Raw]]:
    values = arranged(table, batch, names).as_values()
    next(values)
    yield from values
