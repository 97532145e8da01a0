"""Bodies of `POST usage/`: JSON with an envelope, or NDJSON and CSV with `?source=`.

A line that cannot be read is a record of its own that will be rejected: only a wrong envelope is
refused as a whole.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from typing import IO

from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser

from accounts.access.exceptions import JSONValue
from accounts.access.parsers import RecordsJSONParser, whole_body

LONGEST_NUMBER = 40
SPILL = "more columns than the header names"

Body = dict[str, list[object]]

__all__ = ["CsvParser", "NdjsonParser", "RecordsJSONParser", "csv_records", "ndjson_record"]


class _LinesParser(BaseParser):
    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: Mapping[str, object] | None = None,
    ) -> Body:
        try:
            text = whole_body(stream).decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise ParseError(f"The body is not UTF-8 (byte {error.start}).") from error
        return {"records": list(self.records(text))}

    def records(self, text: str) -> Iterator[object]:
        raise NotImplementedError


class NdjsonParser(_LinesParser):
    """One JSON object a line; empty lines are passed over."""

    media_type = "application/x-ndjson"

    def records(self, text: str) -> Iterator[object]:
        return (ndjson_record(line) for line in text.split("\n") if line.strip())


class CsvParser(_LinesParser):
    """A header that names the fields, then a record a row; empty cells are absent fields."""

    media_type = "text/csv"

    def records(self, text: str) -> Iterator[object]:
        try:
            yield from csv_records(io.StringIO(text, newline=""))
        except csv.Error as error:
            raise ParseError(f"The body is not CSV: {error}") from error


def ndjson_record(line: str) -> object:
    """The record of a line; a line that is not JSON stays a text, which no record is."""
    try:
        return json.loads(line, parse_constant=str, parse_int=_whole_number)
    except (ValueError, RecursionError):
        return line


def csv_records(file: IO[str]) -> Iterator[object]:
    """The rows as records. Raises csv.Error for what is no CSV at all."""
    for row in csv.DictReader(file, restkey=SPILL, strict=True):
        if SPILL in row:
            yield ",".join(str(cell) for cell in row.values())
        else:
            yield {name: value for name, value in row.items() if value}


def _whole_number(digits: str) -> JSONValue:
    return int(digits) if len(digits) <= LONGEST_NUMBER else digits
