"""Promotions, by hand."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from billing.promotions.calc import reduction, spend

D = Decimal
MONEY = st.decimals("0", "10000", places=12)


def test_a_share_is_of_what_was_spent_and_nothing_is_more_than_is_left() -> None:
    assert reduction(percent=D(25), amount=None, spent=D(80), left=D(80)) == 20
    assert reduction(percent=D(25), amount=None, spent=D(80), left=D(15)) == 15
    assert reduction(percent=None, amount=D(50), spent=D(80), left=D(30)) == 30
    assert reduction(percent=None, amount=D(50), spent=D(0), left=D(-3)) == 0


def test_lots_are_spent_in_their_order() -> None:
    assert spend([D(20), D(10)], D(25)) == [D(0), D(5)]
    assert spend([D(20), D(10)], D(-5)) == [D(20), D(10)]


@given(lots=st.lists(MONEY, max_size=5), used=MONEY)
def test_what_is_spent_of_the_lots_is_what_was_used_as_far_as_they_go(
    lots: list[Decimal], used: Decimal
) -> None:
    left = spend(lots, used)
    assert all(0 <= after <= before for after, before in zip(left, lots, strict=True))
    assert sum(lots) - sum(left) == min(sum(lots, D(0)), used)
