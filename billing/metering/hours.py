"""Hours of what is paid for by the hour, rated as usage is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from billing.metering.actions import POISON, Arrivals
from billing.metering.batches import Batch, Outcome, rate_work
from billing.metering.calc import HOURS
from billing.metering.choosing import choose_prices
from billing.metering.models import RejectCode
from billing.metering.records import read_record


@dataclass(frozen=True)
class HourOf:
    """An hour of a subject, from `started_at` on. A subject has each hour of the day once."""

    subject: str
    started_at: datetime


@dataclass(frozen=True)
class _Hours(Arrivals):
    """As records that were just read, with their prices chosen."""

    def resolve(self, batch: Batch) -> int:
        resolved = super().resolve(batch)
        choose_prices(batch)
        return resolved

    def halves(self) -> tuple[_Hours, _Hours]:
        middle = self.size // 2
        return _Hours(self.rows[:middle]), _Hours(self.rows[middle:])

    def as_poison(self) -> _Hours:
        poison = self.rows[0]._replace(code=RejectCode.INVALID_RECORD, detail=POISON)
        return _Hours([poison])


def charge_hours(hours: Iterable[HourOf], *, at: datetime) -> Outcome:
    """Charge hours that were not charged before, as one batch in this order."""
    rows = [
        read_record(
            {
                "id": f"{each.subject}@{each.started_at.astimezone(UTC):%Y-%m-%dT%H}",
                "subject": each.subject,
                "started_at": each.started_at,
                "quantity": 1,
            },
            source=HOURS,
            at=at,
        )
        for each in hours
    ]
    return rate_work(_Hours(rows), source=HOURS, scope=None, at=at) if rows else Outcome()
