"""Usage files: CSV or NDJSON, read row by row, and the map that makes records of their rows.

A map is TOML:

    zone = "Europe/Berlin"            # of times that have no offset; else they are rejected
    time_format = "%d.%m.%Y %H:%M"    # of times that are not ISO 8601
    id = "{row}"                      # {row} counts rows from 1, {Column} is a cell of the row

    [columns]                         # field of the record = column of the file
    started_at = "TIMESTAMP"

    [constants]                       # field of the record = the same for every row
    subject = "llm"

    [[records]]                       # several records of a row: each adds to the above
    id = "{row}-in"
    columns.quantity = "ContextTokens"
    constants.meter = "input_tokens"

Without a map the columns are the fields of `POST usage/`.
"""

from __future__ import annotations

import csv
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO
from zoneinfo import ZoneInfo, available_timezones

from billing.metering.parsers import csv_records, ndjson_record

FIELDS = frozenset(
    {"id", "subject", "started_at", "quantity", "meter", "country", "plmn", "session", "imei"}
)
NDJSON_SUFFIXES = frozenset({".ndjson", ".jsonl"})

_PLACE = re.compile(r"\{([^{}]*)\}")
_TOP = frozenset({"zone", "time_format", "id", "columns", "constants", "records"})


class InvalidMap(ValueError):
    """The map names something that there is not; the message says what."""


@dataclass(frozen=True)
class RecordMap:
    """How one record is made of a row."""

    columns: Mapping[str, str] = field(default_factory=dict)
    constants: Mapping[str, object] = field(default_factory=dict)
    id_template: str = ""


@dataclass(frozen=True)
class FileMap:
    """How the records of a row are made; without any, the row is the record."""

    records: tuple[RecordMap, ...] = ()
    zone: ZoneInfo | None = None
    time_format: str = ""

    def records_of(self, row: object, *, number: int) -> Iterator[object]:
        """The records of a row; a row that could not be read stays what it is."""
        if not isinstance(row, Mapping):
            yield row
            return
        for record in self.records or (None,):
            made = dict(row) if record is None else _made(record, row, number=number)
            if "started_at" in made:
                made["started_at"] = self._instant(made["started_at"])
            yield made

    def _instant(self, value: object) -> object:
        """The time with an offset, if it can be had; what cannot be read is left to be rejected."""
        if not isinstance(value, str):
            return value
        try:
            if self.time_format:
                instant = datetime.strptime(value, self.time_format)  # noqa: DTZ007
            else:
                instant = datetime.fromisoformat(value)
        except ValueError:
            return value
        if instant.tzinfo is None and self.zone is not None:
            return instant.replace(tzinfo=self.zone)
        return value if instant.tzinfo is None else instant


def read_map(path: Path) -> FileMap:
    """The map in a file. Raises InvalidMap."""
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidMap(f"{path} is not TOML: {error}") from error
    _check_names(given, _TOP, where="the map")
    own = given.get("records", [{}])
    if not isinstance(own, list):
        raise InvalidMap("records is a list of tables: write [[records]].")
    return FileMap(
        records=tuple(_record_map(given, part) for part in own),
        zone=_zone(given.get("zone")),
        time_format=_text(given.get("time_format", ""), name="time_format"),
    )


def rows_of(file: IO[str], *, is_ndjson: bool) -> Iterator[object]:
    """The rows of a file, one by one. A row that cannot be read comes as a text."""
    if is_ndjson:
        yield from (ndjson_record(line) for line in file if line.strip())
        return
    rows = csv_records(file)
    while True:
        try:
            yield next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            yield f"This row is not CSV: {error}"


def is_ndjson(path: Path) -> bool:
    """By the file's name, else by its first character."""
    if path.suffix.lower() in NDJSON_SUFFIXES:
        return True
    with path.open(encoding="utf-8-sig", errors="replace") as file:
        return file.read(200).lstrip().startswith("{")


def _made(record: RecordMap, row: Mapping[str, object], *, number: int) -> dict[str, object]:
    made: dict[str, object] = dict(record.constants)
    for name, column in record.columns.items():
        if column in row:
            made[name] = row[column]
    if record.id_template:
        cells = {**row, "row": number}
        made["id"] = _PLACE.sub(lambda place: str(cells.get(place[1], "")), record.id_template)
    return made


def _record_map(shared: Mapping[str, object], own: object) -> RecordMap:
    if not isinstance(own, Mapping):
        raise InvalidMap("Each of records is a table: write [[records]].")
    _check_names(own, frozenset({"id", "columns", "constants"}), where="records")
    columns = {**_table(shared, "columns"), **_table(own, "columns")}
    constants = {**_table(shared, "constants"), **_table(own, "constants")}
    return RecordMap(
        columns={name: _text(column, name=name) for name, column in columns.items()},
        constants=constants,
        id_template=_text(own.get("id", shared.get("id", "")), name="id"),
    )


def _table(given: Mapping[str, object], name: str) -> Mapping[str, object]:
    table = given.get(name, {})
    if not isinstance(table, Mapping):
        raise InvalidMap(f"{name} is a table: write [{name}].")
    _check_names(table, FIELDS, where=name)
    return table


def _check_names(given: Mapping[str, object], known: frozenset[str], *, where: str) -> None:
    for name in given:
        if name not in known:
            raise InvalidMap(f"{where} has no {name!r}; known are {', '.join(sorted(known))}.")


def _text(value: object, *, name: str) -> str:
    if not isinstance(value, str):
        raise InvalidMap(f"{name} is a text.")
    return value


def _zone(name: object) -> ZoneInfo | None:
    if name is None:
        return None
    if name not in available_timezones():
        raise InvalidMap(f"zone: {name!r} is not a time zone of the IANA list.")
    return ZoneInfo(str(name))
