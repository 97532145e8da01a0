"""When the balance runs out, worked out by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.insight.forecast import Forecast, days_until, forecast

AT = datetime(2026, 3, 10, tzinfo=UTC)
D = Decimal


def test_even_days_of_two_use_up_ten_in_five_days_for_certain() -> None:
    five_days = AT + timedelta(days=5)
    assert forecast(D(10), [D(2)] * 30, at=AT) == Forecast(five_days, five_days)


def test_uneven_days_make_the_ninety_percent_later() -> None:
    """Days of 1 and 3: mean 2, deviation √(30/29); 10 left: median 5 days, 90 % after 6.69."""
    told = forecast(D(10), [D(1), D(3)] * 15, at=AT)
    assert told is not None
    assert told.runs_out_p50 == AT + timedelta(days=5)
    days = days_until(D(10), D(2), (D(30) / D(29)).sqrt(), z=D("1.2815515655446004"))
    assert round(days, 2) == D("6.69")


@pytest.mark.parametrize(
    ("left", "daily"),
    [(None, [D(1)] * 30), (D(10), []), (D(10), [D(1)]), (D(10), [D(0)] * 30)],
)
def test_without_a_floor_or_a_history_there_is_no_telling(
    left: Decimal | None, daily: list[Decimal]
) -> None:
    assert forecast(left, daily, at=AT) is None


def test_nothing_left_runs_out_now_and_ten_years_is_never() -> None:
    assert forecast(D(0), [D(1)] * 2, at=AT) == Forecast(AT, AT)
    assert forecast(D(10_000), [D(1)] * 2, at=AT) == Forecast(None, None)


@given(
    left=st.decimals("0.01", "1000", places=2),
    daily=st.lists(st.decimals("0", "100", places=2), min_size=2, max_size=30),
)
def test_the_median_never_comes_after_the_ninety_percent(
    left: Decimal, daily: list[Decimal]
) -> None:
    told = forecast(left, daily, at=AT)
    if told and told.runs_out_p50 and told.runs_out_p90:
        assert AT <= told.runs_out_p50 <= told.runs_out_p90
