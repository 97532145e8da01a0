"""Cutting tax into lines, and when to try again."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from billing.integrations.calc import pause_after, shares, wait_after_refusal

D = Decimal
cents = st.integers(-100_000, 100_000).map(lambda units: Decimal(units) / 100)


def test_tax_of_a_rate_is_cut_by_its_lines() -> None:
    """2.01 on 5.00, 3.00 and 2.05."""
    cut = shares(D("2.01"), [D(5), D(3), D("2.05")], currency="USD")
    assert cut == [D("1.00"), D("0.60"), D("0.41")]


def test_yen_are_cut_into_whole_yen() -> None:
    assert shares(D(10), [D(1), D(1), D(1)], currency="JPY") == [D(3), D(3), D(4)]


def test_lines_that_cancel_out_leave_the_tax_on_the_last() -> None:
    assert shares(D("0.02"), [D(5), D(-5)], currency="USD") == [D(0), D("0.02")]
    assert shares(D("0.00"), [], currency="USD") == []


@given(cents, st.lists(cents, min_size=1, max_size=8))
def test_the_parts_always_sum_to_the_whole(whole: Decimal, weights: list[Decimal]) -> None:
    cut = shares(whole, weights, currency="USD")
    assert sum(cut) == whole
    assert len(cut) == len(weights)
    assert all(part == round(part, 2) for part in cut)


def test_pauses_grow_to_a_quarter_of_an_hour() -> None:
    seconds = [pause_after(failures).total_seconds() for failures in range(1, 9)]
    assert seconds == [30, 60, 120, 300, 600, 900, 900, 900]


def test_refusals_wait_longer_and_then_a_day() -> None:
    minutes = [wait_after_refusal(failures) / timedelta(minutes=1) for failures in range(1, 7)]
    assert minutes == [1, 5, 30, 120, 1440, 1440]
