"""Writes the lists of the portal as files, by the same rules as every other export."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from uuid import UUID

from accounts.pages.columns import Raw
from accounts.pages.exports import FileColumn, writes_files
from billing.documents.rendering.columns import Cell, Column
from billing.documents.rendering.tables import FileFormat, stream_rows


@writes_files
def write_list(
    columns: Sequence[FileColumn], rows: Iterable[Sequence[Raw]], file_format: str, title: str
) -> Iterator[bytes]:
    """Chunks of the file; `file_format` is `csv` or `xlsx`."""
    return stream_rows(
        [Column(key=one.key, title=one.title, currency_key=one.currency_key) for one in columns],
        _cells(rows),
        file_format=FileFormat(file_format),
        title=title.capitalize(),
    )


def _cells(rows: Iterable[Sequence[Raw]]) -> Iterator[list[Cell]]:
    for row in rows:
        yield [str(cell) if isinstance(cell, UUID) else cell for cell in row]
