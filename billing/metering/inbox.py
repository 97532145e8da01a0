"""The inbox: records taken in now and rated by workers, a shard at a time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from django.db import transaction
from django.db.models import Sum

from billing.ledger.execution import run
from billing.metering.actions import BATCH, POISON, Arrivals
from billing.metering.batches import Batch, prepare_batch, rate_work
from billing.metering.models import InboxParcel, RejectCode
from billing.metering.records import read_record
from billing.metering.statements import waiting

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

    def resolve(self, batch: Batch) -> int:
        if run(waiting.CLAIM, {"shard": self.shard}, rows=1).rowcount == 0:
            return 0
        run(waiting.CUT, {"shard": self.shard, "most": self.most}, rows=1)
        if self.is_poison:
            given = {"shard": self.shard, "code": RejectCode.INVALID_RECORD.value, "detail": POISON}
            run(waiting.POISON, given, rows=1)
        return batch.run(waiting.TAKE, shard=self.shard, most=self.most)

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
        run(waiting.RECEIVE, given, rows=len(rows))
        received += len(rows)
    return received


def rate_waiting(*, at: datetime, most: int = BATCH) -> int:
    """Rate what waits in the inbox, shard by shard, in batches of at most `most` records.

    Returns how many records were rated.
    """
    rated = 0
    for (shard,) in run(waiting.WAITING, rows=waiting.SHARDS).fetchall():
        work = ShardWork(shard, most)
        while taken := rate_work(work, source=SOURCE, scope=None, at=at).received:
            rated += taken
    return rated


def waiting_records() -> int:
    """How many records wait."""
    total: int | None = InboxParcel.objects.aggregate(sum=Sum("size"))["sum"]
    return total or 0
