"""ISO 8601 durations."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from accounts.jobs.durations import InvalidDuration, parse_duration

END_OF_JANUARY = datetime(2027, 1, 31, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("P31D", datetime(2027, 3, 3, 12, tzinfo=UTC)),
        ("P1M", datetime(2027, 2, 28, 12, tzinfo=UTC)),
        ("P13M", datetime(2028, 2, 29, 12, tzinfo=UTC)),
        ("P1Y1M", datetime(2028, 2, 29, 12, tzinfo=UTC)),
        ("P2W", datetime(2027, 2, 14, 12, tzinfo=UTC)),
        ("PT36H", datetime(2027, 2, 2, 0, tzinfo=UTC)),
        ("P1DT1H1M1S", datetime(2027, 2, 1, 13, 1, 1, tzinfo=UTC)),
        ("PT0S", END_OF_JANUARY),
    ],
)
def test_a_duration_is_added_as_the_calendar_has_it(text: str, expected: datetime) -> None:
    assert parse_duration(text).after(END_OF_JANUARY) == expected


@pytest.mark.parametrize(
    "text", ["", "P", "1M", "PT", "P-1M", "P1.5D", "P1H", "p1m", "P٣D", "P1M "]
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(InvalidDuration):
        parse_duration(text)


def test_a_duration_that_leaves_the_calendar_is_refused() -> None:
    with pytest.raises(InvalidDuration, match="beyond the calendar"):
        parse_duration("P9999Y").after(END_OF_JANUARY)
