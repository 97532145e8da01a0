"""How far the sandbox's clock is on its way, in a file beside the clock's own for all to see.

Whoever moves the clock writes it at each stop. Business time moves in the sandbox only, so
production has no such file.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path

from django.conf import settings

from accounts.jobs.clock_lock import clock_held_still
from config import clock

# Asked for and not begun, or begun and nothing noted since, while nobody holds the clock: lost.
PATIENCE = timedelta(seconds=30)


class Stage(StrEnum):
    WAITING = "waiting"
    ON_ITS_WAY = "on_its_way"
    ARRIVED = "arrived"
    REFUSED = "refused"
    LOST = "lost"


@dataclass(frozen=True)
class Journey:
    """From `start` to `to`, at `now`: business time. `began_at`, `noted_at`: wall time.

    `counts` are things done by job, `failed` the last error by job, `refusal` why it did not begin.
    """

    start: datetime
    to: datetime
    now: datetime
    began_at: datetime
    noted_at: datetime
    steps: int = 0
    counts: Mapping[str, int] = field(default_factory=dict)
    failed: Mapping[str, str] = field(default_factory=dict)
    has_arrived: bool = False
    refusal: str = ""

    @property
    def percent(self) -> int:
        """How much of the way lies behind, in whole per cent."""
        return (
            100 if self.now >= self.to else (self.now - self.start) * 100 // (self.to - self.start)
        )

    @property
    def days(self) -> int:
        """How many days the way is long, a started one in full."""
        return -((self.start - self.to) // timedelta(days=1))

    @property
    def day(self) -> int:
        """Which of them it is now, from 1."""
        return min((self.now - self.start) // timedelta(days=1) + 1, self.days)

    @property
    def done(self) -> list[tuple[str, int]]:
        """Jobs that did something, in words, those that did most first."""
        counts = [(name, count) for name, count in self.counts.items() if count]
        counts.sort(key=lambda pair: (-pair[1], pair[0]))
        return [(name.replace("_", " ").capitalize(), count) for name, count in counts]

    @property
    def took(self) -> timedelta:
        """Wall time until the last note."""
        return self.noted_at - self.began_at


def set_out(*, to: datetime) -> Journey:
    """Note that somebody wants the clock to be at `to`."""
    wall, now = clock.wall(), clock.now()
    return note(Journey(start=now, to=to, now=now, began_at=wall, noted_at=wall))


def refuse(journey: Journey, *, why: str) -> None:
    """Note why a journey did not begin."""
    note(replace(journey, refusal=why))


def note(journey: Journey) -> Journey:
    """Write down how far it is now, and return it."""
    journey = replace(journey, noted_at=clock.wall())
    write(journey)
    return journey


def write(journey: Journey) -> None:
    """Replace the file in one step: every process sees the old journey or the new one."""
    path = _file()
    draft = path.with_suffix(f".journey.{os.getpid()}.{threading.get_ident()}")
    draft.write_text(json.dumps(asdict(journey), default=datetime.isoformat))
    draft.replace(path)


def last_journey() -> tuple[Journey, Stage] | None:
    """The newest journey and how it stands; None when the clock was never moved."""
    with clock_held_still() as stands_still:
        is_moved = not stands_still
    try:
        written = json.loads(_file().read_text())
    except FileNotFoundError:
        return None
    instants = ("start", "to", "now", "began_at", "noted_at")
    written |= {name: datetime.fromisoformat(written[name]) for name in instants}
    journey = Journey(**written)
    return journey, _stage(journey, is_moved=is_moved)


def _stage(journey: Journey, *, is_moved: bool) -> Stage:
    if journey.has_arrived:
        return Stage.ARRIVED
    if journey.refusal:
        return Stage.REFUSED
    if not is_moved and clock.wall() - journey.noted_at > PATIENCE:
        return Stage.LOST
    return Stage.ON_ITS_WAY if journey.steps else Stage.WAITING


def _file() -> Path:
    return Path(settings.SANDBOX_CLOCK_FILE).with_suffix(".journey")
