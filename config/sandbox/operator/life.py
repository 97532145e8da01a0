"""Time passing at the operator: the SIMs that live use data while it does.

Only SIMs that were told to live are touched, so that nobody's exact figures are disturbed.
Business time may jump ahead (the sandbox clock); the gap is filled before usage is read.
"""

from __future__ import annotations

import asyncio
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

from config.sandbox.operator.network import Network
from config.sandbox.operator.production import Pattern, iso, produce, produce_now

TICK_SECONDS = 5
GAP = timedelta(minutes=1)
PATTERN = Pattern(seed="live")
# While nobody moves the clock one SIM at a time reports where it is: 17 280 reports of 8 kB on
# average are 140 MB a day, some dollars, so that a demonstration left open is not used up.
REPORT = Pattern(seed="live", median_bytes=5_000)


class Life:
    def __init__(self, network: Network, clock_file: Path | None) -> None:
        self.network = network
        self.clock_file = clock_file

    def now(self) -> datetime:
        """Business time: the file holds by how many microseconds it is ahead."""
        try:
            ahead = int(self.clock_file.read_text()) if self.clock_file else 0
        except FileNotFoundError:
            ahead = 0
        return datetime.now(UTC) + timedelta(microseconds=ahead)

    def begin(self, iccids: list[str]) -> None:
        """These SIMs, and no others, live from now on."""
        self.network.set_live(iccids)
        self.network.set("lived_until", iso(self.now()))

    def catch_up(self) -> None:
        """Fill the time since the last look, when it is long: the clock was moved."""
        told = self.network.setting("lived_until")
        if told is None:
            return
        now, since = self.now(), datetime.fromisoformat(told)
        if now - since >= GAP:
            iccids = self.network.working_sims(live=True)
            self.network.insert_new_usage(produce(iccids, start=since, end=now, pattern=PATTERN))
        self.network.set("lived_until", iso(now))

    async def go_on_forever(self) -> None:
        while True:
            await asyncio.sleep(TICK_SECONDS)
            self.catch_up()
            self.report()

    def report(self) -> None:
        """One of the SIMs that live sends a little, now."""
        iccids = self.network.working_sims(live=True)
        if iccids:
            record = produce_now(random.choice(iccids), at=self.now(), pattern=REPORT)  # noqa: S311
            self.network.insert_usage([record])
