"""Billing periods and shares of them. Pure: no Django."""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

MONTHS = 12


def period_bounds(
    instant: datetime, *, billing_day: int, zone: ZoneInfo
) -> tuple[datetime, datetime]:
    """The billing month around `instant`: half-open, in UTC.

    It begins at local midnight of the billing day, or of the month's last day where the month is
    shorter. Where a clock change skips that midnight it begins at the change; where midnight comes
    twice it begins at the first. Each end is the next month's start, so that months tile.
    """
    local = instant.astimezone(zone)
    month = _month_number(local.date())
    start = _anchor(month, billing_day, zone)
    while start > instant:
        month -= 1
        start = _anchor(month, billing_day, zone)
    end = _anchor(month + 1, billing_day, zone)
    while end <= instant:
        month += 1
        start, end = end, _anchor(month + 1, billing_day, zone)
    return start, end


def share_of_days(
    start: datetime, end: datetime, *, of: tuple[datetime, datetime], zone: ZoneInfo
) -> Decimal:
    """Which part of a period lies between `start` and `end`, by local days begun.

    The day of the start counts, the day on which it ends does not, unless it ends after midnight.
    Starting on the 16th of a 30-day month is 15 days of 30.
    """
    first, last = max(start, of[0]), min(end, of[1])
    if last <= first:
        return Decimal(0)
    return Decimal(_days(first, last, zone)) / Decimal(_days(*of, zone))


def _days(start: datetime, end: datetime, zone: ZoneInfo) -> int:
    last = (end - timedelta(microseconds=1)).astimezone(zone).date()
    return (last - start.astimezone(zone).date()).days + 1


def _month_number(day: date) -> int:
    return day.year * MONTHS + day.month - 1


def _anchor(month_number: int, billing_day: int, zone: ZoneInfo) -> datetime:
    year, month = divmod(month_number, MONTHS)
    day = min(billing_day, monthrange(year, month + 1)[1])
    return datetime(year, month + 1, day, tzinfo=zone).astimezone(UTC)
