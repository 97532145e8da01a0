"""ISO 8601 durations: P1M, P31D, PT36H. Pure."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import datetime, timedelta

_PARTS = re.compile(
    r"P(?:(?P<years>\d{1,4})Y)?(?:(?P<months>\d{1,4})M)?(?:(?P<weeks>\d{1,4})W)?"
    r"(?:(?P<days>\d{1,5})D)?"
    r"(?:T(?:(?P<hours>\d{1,6})H)?(?:(?P<minutes>\d{1,8})M)?(?:(?P<seconds>\d{1,9})S)?)?",
    re.ASCII,
)
_MONTHS_A_YEAR = 12


class InvalidDuration(ValueError):
    """The text is no ISO 8601 duration of whole numbers, or leads beyond the calendar."""


@dataclass(frozen=True)
class Duration:
    """Calendar months, and a fixed rest."""

    months: int
    rest: timedelta

    def after(self, instant: datetime) -> datetime:
        """`instant` plus the duration; 31 January plus a month is the last day of February."""
        try:
            return _plus_months(instant, self.months) + self.rest
        except (ValueError, OverflowError) as error:
            raise InvalidDuration("The duration leads beyond the calendar.") from error


def parse_duration(text: str) -> Duration:
    """Raise InvalidDuration."""
    found = _PARTS.fullmatch(text)
    groups = found.groupdict() if found else {}
    parts = {name: int(digits) for name, digits in groups.items() if digits}
    if not parts:
        raise InvalidDuration("Write a duration as ISO 8601 has it: P31D, P1M, PT36H.")
    months = parts.pop("years", 0) * _MONTHS_A_YEAR + parts.pop("months", 0)
    return Duration(months, timedelta(**parts))


def _plus_months(instant: datetime, months: int) -> datetime:
    year, month = divmod(instant.year * _MONTHS_A_YEAR + instant.month - 1 + months, _MONTHS_A_YEAR)
    last_day = monthrange(year, month + 1)[1]
    return instant.replace(year=year, month=month + 1, day=min(instant.day, last_day))
