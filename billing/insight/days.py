"""The days that a page is about: from the address, or as the page suggests."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.http import HttpRequest

from billing.insight.forms import DaysForm
from billing.ledger.ranges import Range


def days_form(request: HttpRequest, *, first: date, last: date) -> DaysForm:
    """The form, filled in from the address; each day that is missing there is the suggested one."""
    suggested = {"first": first.isoformat(), "last": last.isoformat()}
    given = {name: request.GET.get(name) or day for name, day in suggested.items()}
    return DaysForm(given)


def days_between(first: date, last: date) -> list[date]:
    """Every day from the first through the last."""
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def range_of(days: Mapping[str, date], *, zone: ZoneInfo, at: datetime) -> Range:
    """The instants of those days in the zone; what lies in the future is left out."""
    start = datetime.combine(days["first"], time.min, tzinfo=zone)
    end = datetime.combine(days["last"] + timedelta(days=1), time.min, tzinfo=zone)
    return Range(start=min(start, at), end=min(end, at))
