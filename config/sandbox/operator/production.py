"""Usage that looks like a fleet of SIMs, the same for the same seed.

A SIM is at home most of the time and travels for some days; it works by day more than by night;
most sessions are small and a few are large (log-normal).
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from config.sandbox.operator.network import UsageRecord

# A home network and those its SIMs roam in: MCC and MNC of real networks.
HOME = "26201"
ABROAD = ("20801", "23415", "23201", "22210", "21407", "22801", "26003", "310260", "45412")
TRAVEL_SHARE = 0.15
HOURS = range(24)
# How busy each hour of the day is, UTC.
BUSY = (1, 1, 1, 1, 1, 2, 4, 7, 9, 10, 10, 9, 9, 10, 10, 9, 9, 8, 7, 6, 5, 4, 3, 2)


@dataclass(frozen=True)
class Pattern:
    """`median_bytes` of one session; `spread` is the sigma of the logarithm; `plmns` the
    networks that are used, the first one is home.
    """

    seed: str = "1"
    per_sim_per_day: int = 8
    median_bytes: int = 1_500_000
    spread: int = 1
    plmns: tuple[str, ...] = (HOME, *ABROAD)


def produce(
    iccids: list[str], *, start: datetime, end: datetime, pattern: Pattern
) -> Iterator[UsageRecord]:
    """The usage of these SIMs in [start, end), day by day, in order of time within a day."""
    day = start.replace(hour=0, minute=0, second=0, microsecond=0)
    while day < end:
        records = [record for iccid in iccids for record in _of_day(iccid, day, pattern)]
        for record in sorted(records, key=lambda record: record.started_at):
            if iso(start) <= record.started_at < iso(end):
                yield record
        day += timedelta(days=1)


def produce_now(iccid: str, *, at: datetime, pattern: Pattern) -> UsageRecord:
    """One session that started just now."""
    chance = random.Random(f"{pattern.seed}:{iccid}:{at.timestamp()}")  # noqa: S311
    return UsageRecord(
        id=f"{pattern.seed}-{iccid}-{at:%Y%m%d%H%M%S%f}",
        iccid=iccid,
        started_at=iso(at),
        bytes=_size(chance, pattern),
        plmn=_network_of_day(iccid, at, pattern),
        session=f"s-{iccid}-{at:%Y%m%d%H%M%S}",
    )


def iso(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _of_day(iccid: str, day: datetime, pattern: Pattern) -> Iterator[UsageRecord]:
    chance = random.Random(f"{pattern.seed}:{iccid}:{day:%Y%m%d}")  # noqa: S311 - must repeat
    plmn = _network_of_day(iccid, day, pattern)
    low, high = pattern.per_sim_per_day // 2, pattern.per_sim_per_day * 3 // 2
    for number in range(chance.randint(low, high)):
        second = chance.choices(HOURS, BUSY)[0] * 3600 + chance.randrange(3600)
        yield UsageRecord(
            id=f"{pattern.seed}-{iccid}-{day:%Y%m%d}-{number}",
            iccid=iccid,
            started_at=iso(day + timedelta(seconds=second)),
            bytes=_size(chance, pattern),
            plmn=plmn,
            session=f"s-{iccid}-{day:%Y%m%d}-{number}",
        )


def _network_of_day(iccid: str, day: datetime, pattern: Pattern) -> str:
    """The same network for a whole week of a SIM's life: home, or one abroad."""
    week = day.toordinal() // 7
    chance = random.Random(f"{pattern.seed}:{iccid}:week{week}")  # noqa: S311 - must repeat
    if len(pattern.plmns) == 1 or chance.random() > TRAVEL_SHARE:
        return pattern.plmns[0]
    return chance.choice(pattern.plmns[1:])


def _size(chance: random.Random, pattern: Pattern) -> int:
    return max(1, round(chance.lognormvariate(math.log(pattern.median_bytes), pattern.spread)))
