"""`import_usage FILE --source S [--map FILE]`: usage from a CSV or NDJSON file."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import TextIOWrapper
from itertools import islice
from pathlib import Path
from typing import IO, TextIO

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from billing.metering.actions import IngestResult, Rejection, ingest
from billing.metering.files import FileMap, InvalidMap, is_ndjson, read_map, rows_of
from billing.metering.records import keepable
from config import clock

BATCH = 20_000
LONGEST_SOURCE = 64


class Command(BaseCommand):
    """Rates a file through the pipeline. What was imported before is a duplicate, so that an
    import that was cut off may simply be run again."""

    help = "Import usage records from a CSV or NDJSON file. Exit 1 when anything was rejected."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--source", required=True, help="whose ids the records carry")
        parser.add_argument("--map", type=Path, help="TOML: columns, constants, zone, id template")

    def handle(self, *args: object, **options: object) -> None:
        file, source, map_file = options["file"], str(options["source"]), options["map"]
        assert isinstance(file, Path)
        if not 0 < len(source) <= LONGEST_SOURCE or not source.isprintable():
            raise CommandError(f"A source is a printable text of 1 to {LONGEST_SOURCE} characters.")
        try:
            file_map = read_map(map_file) if isinstance(map_file, Path) else FileMap()
            counts = import_file(file, source=source, file_map=file_map)
        except (OSError, InvalidMap) as problem:
            raise CommandError(str(problem)) from problem
        self._report(counts, rejects=rejects_beside(file))
        if counts["rejected"]:
            sys.exit(1)

    def _report(self, counts: Counter[str], *, rejects: Path) -> None:
        for name in ("accepted", "duplicates", "conflicts", "rejected"):
            self.stdout.write(f"{name:<10} {counts[name]}")
        if counts["rejected"] or counts["conflicts"]:
            self.stdout.write(f"see {rejects}")


def rejects_beside(file: Path) -> Path:
    """Where the records go that were not rated: NDJSON that can be corrected and imported."""
    return file.with_name(f"{file.name}.rejected.ndjson")


def import_file(file: Path, *, source: str, file_map: FileMap) -> Counter[str]:
    """Rate the file batch by batch, in constant memory; counts what became of the records."""
    counts: Counter[str] = Counter()
    unrated = _Unrated(rejects_beside(file))
    lines = is_ndjson(file)
    with (
        file.open("rb") as raw,
        TextIOWrapper(raw, encoding="utf-8-sig", errors="surrogateescape", newline="") as text,
        tqdm(total=file.stat().st_size, unit="B", unit_scale=True, disable=None) as bar,
        unrated,
    ):
        records = _records(text, file_map=file_map, lines=lines)
        while batch := list(islice(records, BATCH)):
            result = ingest(batch, source=source, scope=None, at=clock.now())
            _count(counts, result)
            unrated.write(batch, [*result.rejected, *result.conflicting])
            bar.update(text.buffer.tell() - bar.n)
            bar.set_postfix(counts, refresh=False)
    return counts


def _records(text: TextIO, *, file_map: FileMap, lines: bool) -> Iterator[object]:
    for number, row in enumerate(rows_of(text, is_ndjson=lines), start=1):
        yield from file_map.records_of(row, number=number)


def _count(counts: Counter[str], result: IngestResult) -> None:
    counts["accepted"] += result.accepted
    counts["duplicates"] += result.duplicates
    counts["conflicts"] += result.conflicts
    counts["rejected"] += len(result.rejected)


@dataclass
class _Unrated:
    """The file of rejects and conflicts, made when the first one comes."""

    path: Path
    file: IO[str] | None = field(default=None)

    def __enter__(self) -> _Unrated:
        self.path.unlink(missing_ok=True)
        return self

    def __exit__(self, *exception: object) -> None:
        if self.file is not None:
            self.file.close()

    def write(self, batch: list[object], rejections: list[Rejection]) -> None:
        for part in rejections:
            if self.file is None:
                self.file = self.path.open("w", encoding="utf-8")
            sent = keepable(batch[part.index])
            record = sent if isinstance(sent, dict) else {"line": sent}
            line = {**record, "code": part.code, "detail": part.detail}
            self.file.write(json.dumps(line) + "\n")
