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

from accounts.pages.columns import Raw

Row = TypeVar("Row", bound=Model)
BATCH = 2000
FORMATS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


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
    queryset: QuerySet[Row], table: type[tables.Table], *, name: str, file_format: str
) -> StreamingHttpResponse:
    """The answer with the file; `file_format` is one of FORMATS."""
    [writer] = _writers
    chunks = writer(_columns(table), _rows(queryset, table), file_format, name)
    return StreamingHttpResponse(
        chunks,
        content_type=FORMATS[file_format],
        headers={"Content-Disposition": f'attachment; filename="{name}.{file_format}"'},
    )


def _columns(table: type[tables.Table]) -> list[FileColumn]:
    columns = [one for one in table([]).columns.iterall() if not one.column.exclude_from_export]
    has_currency = "currency" in {one.name for one in columns}
    return [
        FileColumn(
            key=one.name,
            title=str(one.header),
            currency_key="currency" if one.column.is_amount and has_currency else "",
        )
        for one in columns
    ]


def _rows(queryset: QuerySet[Row], table: type[tables.Table]) -> Iterator[list[Raw]]:
    for batch in _batches(queryset):
        values = table(batch).as_values()
        next(values)
        yield from values


def _batches(queryset: QuerySet[Row]) -> Iterator[list[Row]]:
    ordered = queryset.order_by("-pk")
    batch = list(ordered[:BATCH])
    while batch:
        yield batch
        batch = list(ordered.filter(pk__lt=batch[-1].pk)[:BATCH])
