"""The doors of metering: records in, answers out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from uuid import UUID

from django.db import connection

from billing.metering.batches import CONFLICT, Batch, Leftover, Outcome, rate_work
from billing.metering.calc import scoped_source
from billing.metering.models import RejectCode
from billing.metering.records import Arrival, read_record
from billing.metering.statements import arriving

BATCH = 10_000
POISON = "The record cannot be rated."


@dataclass(frozen=True)
class Arrivals:
    """Records that were just read, rated without a stay in the inbox."""

    rows: Sequence[Arrival]

    @property
    def size(self) -> int:
        return len(self.rows)

    def fill(self) -> None:
        """Put the records into `arrival`."""
        with connection.cursor() as cursor, cursor.copy(arriving.FILL) as copy:
            for n, arrival in enumerate(self.rows, start=1):
                copy.write_row((n, *arrival))

    def resolve(self, batch: Batch) -> int:
        self.fill()
        return batch.run(arriving.RESOLVE)

    def halves(self) -> tuple[Arrivals, Arrivals]:
        middle = self.size // 2
        return Arrivals(self.rows[:middle]), Arrivals(self.rows[middle:])

    def as_poison(self) -> Arrivals:
        poison = self.rows[0]._replace(code=RejectCode.INVALID_RECORD, detail=POISON)
        return Arrivals([poison])


@dataclass(frozen=True)
class Rejection:
    """A record that was refused: its place among those sent, and why."""

    index: int
    external_id: str
    code: str
    detail: str


@dataclass(frozen=True)
class IngestResult:
    """What became of the records sent."""

    accepted: int
    duplicates: int
    conflicts: int
    rejected: list[Rejection]
    conflicting: list[Rejection]
    prefixes: list[str]

    @property
    def received(self) -> int:
        return self.accepted + self.duplicates + self.conflicts + len(self.rejected)


def ingest(
    records: Iterable[object], *, source: str, scope: UUID | None, at: datetime
) -> IngestResult:
    """Rate records now, in batches of their order; each batch is committed as it is rated.

    `records` are mappings with the fields of `POST usage/`; `scope` is the company whose key sent
    them, and then only subjects of that company are known. Bad records are rejected one by one.
    """
    named = scoped_source(source, scope)
    total = Outcome()
    arrivals = (read_record(raw, source=named, at=at) for raw in records)
    while rows := list(islice(arrivals, BATCH)):
        total.add(rate_work(Arrivals(rows), source=named, scope=scope, at=at))
    return result_of(total)


def result_of(outcome: Outcome) -> IngestResult:
    """The outcome as callers see it."""
    shown = [_shown(part) for part in outcome.leftovers]
    return IngestResult(
        accepted=outcome.accepted,
        duplicates=outcome.duplicates,
        conflicts=outcome.conflicts,
        rejected=[part for part in shown if part.code != CONFLICT],
        conflicting=[part for part in shown if part.code == CONFLICT],
        prefixes=outcome.prefixes,
    )


def _shown(part: Leftover) -> Rejection:
    detail = part.detail or (
        "This id was rated before with other content."
        if part.outcome == CONFLICT
        else str(RejectCode(part.outcome).label)
    )
    return Rejection(part.n - 1, part.external_id, part.outcome, detail)
