"""The inbox: records taken in now and rated by workers, a shard at a time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from django.db import transaction

from billing.metering.actions import BATCH, POISON, Arrivals
from billing.metering.batches import prepare_batch, rate_work
from billing.metering.models import InboxRecord, RejectCode
from billing.metering.records import read_record
from billing.metering.statements import waiting
from billing.metering.statements.execution import run

SOURCE = "inbox"


@dataclass(frozen=True)
class ShardWork:
    """The oldest records of a shard, at most so many; none while another worker has it."""

    shard: int
    most: int = BATCH
    is_poison: bool = False

    @property
    def size(self) -> int:
        return self.most

    def fill(self) -> int:
        if run(waiting.CLAIM, {"shard": self.shard}, rows=1).rowcount == 0:
            return 0
        given = {"shard": self.shard, "most": self.most}
        rows = run(waiting.TAKE, given, rows=self.most).rowcount
        if self.is_poison:
            run(waiting.POISON, {"code": RejectCode.INVALID_RECORD.value, "detail": POISON}, rows=1)
        return rows

    def halves(self) -> tuple[ShardWork, ShardWork]:
        first = self.most // 2
        return ShardWork(self.shard, first), ShardWork(self.shard, self.most - first)

    def as_poison(self) -> ShardWork:
        return ShardWork(self.shard, 1, is_poison=True)


@transaction.atomic
def receive(records: Iterable[object], *, source: str, at: datetime) -> int:
    """Keep records of the provider until a worker rates them. Returns how many."""
    arrivals = (read_record(raw, source=source, at=at) for raw in records)
    given = {"shards": waiting.SHARDS, "at": at}
    run(waiting.ADD_SHARDS, given, rows=waiting.SHARDS)
    received = 0
    while rows := list(islice(arrivals, BATCH)):
        prepare_batch()
        Arrivals(rows).fill()
        received += run(waiting.RECEIVE, given, rows=len(rows)).rowcount
    return received


def rate_waiting(*, at: datetime) -> int:
    """Rate what waits in the inbox, shard by shard. Returns how many records were rated."""
    rated = 0
    for (shard,) in run(waiting.WAITING, rows=waiting.SHARDS).fetchall():
        while taken := rate_work(ShardWork(shard), source=SOURCE, scope=None, at=at).received:
            rated += taken
    return rated


def waiting_records() -> int:
    """How many records wait."""
    return InboxRecord.objects.count()
