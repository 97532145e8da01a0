"""Rating a fleet's usage, and the same rows by COPY: what B1, B2 and B4 have in common."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass, field
from functools import cache

from django.db import connection, transaction

from bench.fleet import SEED, Fleet, build_fleet
from billing.metering.batches import rate_work
from billing.metering.inbox import SOURCE, ShardWork, receive
from billing.metering.statements import waiting
from config.clock import now

SHARDS = 16

CLONES = """
CREATE TABLE copied_charge (LIKE charge INCLUDING ALL) PARTITION BY RANGE (id);
CREATE TABLE copied_charge_all PARTITION OF copied_charge DEFAULT;
CREATE TABLE copied_key (LIKE usage_key INCLUDING ALL) PARTITION BY HASH (source, external_id);
DO $$ BEGIN
    FOR part IN 0..15 LOOP
        EXECUTE format('CREATE TABLE copied_key_%s PARTITION OF copied_key '
                       'FOR VALUES WITH (MODULUS 16, REMAINDER %s)', part, part);
    END LOOP;
END $$
"""


@dataclass
class Rating:
    """A fleet whose usage is rated round by round, in batches of `batch` records."""

    batch: int
    per_round: int
    fleet: Fleet = field(init=False)
    chance: random.Random = field(default_factory=lambda: random.Random(SEED))
    records: list[object] = field(default_factory=list)
    last_charge: str = "00000000-0000-0000-0000-000000000000"

    def __post_init__(self) -> None:
        self.fleet = the_fleet()

    def fresh_records_per_second(self) -> float:
        """Rate new usage that waits in the inbox."""
        self.last_charge = newest_charge()
        self.records = list(self.fleet.records(self.per_round, at=now(), source=self.chance))
        return self._rate()

    def repeated_records_per_second(self) -> float:
        """Rate the usage of the last round again."""
        return self._rate()

    def copied_records_per_second(self) -> float:
        """The charges and keys of the last round into tables like theirs, a commit a batch."""
        charges = _dump("charge", f"id > '{self.last_charge}' ORDER BY id")
        keys = _dump("usage_key", f"charge_id > '{self.last_charge}' ORDER BY charge_id")
        began = time.perf_counter()
        for start in range(0, len(charges), self.batch):
            with transaction.atomic():
                _copy("copied_charge", charges[start : start + self.batch])
                _copy("copied_key", keys[start : start + self.batch])
        return len(charges) / (time.perf_counter() - began)

    def _rate(self) -> float:
        receive(self.records, source="bench", at=now())
        began = time.perf_counter()
        rated = sum(self._rate_shard(shard) for shard in range(waiting.SHARDS))
        return rated / (time.perf_counter() - began)

    def _rate_shard(self, shard: int) -> int:
        rated, work = 0, ShardWork(shard, self.batch)
        while taken := rate_work(work, source=SOURCE, scope=None, at=now()).received:
            rated += taken
        return rated


@cache
def the_fleet() -> Fleet:
    """One fleet, and the tables to copy into, for all benchmarks of a run."""
    with connection.cursor() as cursor:
        cursor.execute(CLONES)
    return build_fleet()


def newest_charge() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM charge ORDER BY id DESC LIMIT 1")
        row = cursor.fetchone()
    return str(row[0]) if row else "00000000-0000-0000-0000-000000000000"


def _dump(table: str, condition: str) -> list[bytes]:
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY (SELECT * FROM {table} WHERE {condition}) TO STDOUT") as copy,
    ):
        return b"".join(bytes(part) for part in copy).splitlines(keepends=True)


def _copy(table: str, lines: list[bytes]) -> None:
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} FROM STDIN") as copy:
        copy.write(b"".join(lines))
