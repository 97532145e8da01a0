"""`?from=` and `?to=` of lists and statements: days in the company's time zone, or instants."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, date, datetime, time, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

from django.db.models import Model, QuerySet
from django.utils.dateparse import parse_date, parse_datetime
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter

from accounts.access.exceptions import Refused

Row = TypeVar("Row", bound=Model)

# How OpenAPI describes the two.
RANGE = [
    OpenApiParameter("from", OpenApiTypes.STR, description="A day or an instant."),
    OpenApiParameter("to", OpenApiTypes.STR, description="A day, to its end, or an instant."),
]


@dataclass(frozen=True)
class Range:
    """Half-open: from `start` until before `end`; None is without bound."""

    start: datetime | None
    end: datetime | None


class InvalidTime(Refused):
    """A text that names no instant, or a range that ends before it begins."""

    def __init__(self, attr: str, detail: str) -> None:
        super().__init__("invalid_time", detail, attr=attr)


def read_range(params: Mapping[str, str], *, zone: ZoneInfo) -> Range:
    """The range that `from` and `to` name. A day as `to` is meant to its end.

    Raises InvalidTime.
    """
    start = _instant(params.get("from"), name="from", zone=zone, days=0)
    end = _instant(params.get("to"), name="to", zone=zone, days=1)
    if start is not None and end is not None and end < start:
        raise InvalidTime("to", "The range ends before it begins.")
    return Range(start, end)


def within(rows: QuerySet[Row], asked: Range, *, column: str) -> QuerySet[Row]:
    """The rows whose time in `column` lies in the range."""
    if asked.start is not None:
        rows = rows.filter(**{f"{column}__gte": asked.start})
    if asked.end is not None:
        rows = rows.filter(**{f"{column}__lt": asked.end})
    return rows


def _instant(text: str | None, *, name: str, zone: ZoneInfo, days: int) -> datetime | None:
    if not text:
        return None
    try:
        day = parse_date(text)
        return _midnight(day, zone=zone, days=days) if day else _aware(parse_datetime(text))
    except (ValueError, OverflowError) as error:
        raise InvalidTime(
            name, "Write a day such as 2026-03-31, or an instant such as 2026-03-31T12:00:00Z."
        ) from error


def _midnight(day: date, *, zone: ZoneInfo, days: int) -> datetime:
    return _in_bounds(datetime.combine(day + timedelta(days=days), time(), zone))


def _aware(instant: datetime | None) -> datetime:
    if instant is None or instant.tzinfo is None:
        raise ValueError("no instant")
    return _in_bounds(instant)


def _in_bounds(instant: datetime) -> datetime:
    """The instant, if every calendar and the database can hold it in any time zone."""
    if not MINYEAR < instant.year < MAXYEAR:
        raise ValueError("out of bounds")
    return instant
