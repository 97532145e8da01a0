"""Adjustments of a bill, by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from billing.discounts.calc import Adjustment, adjusted, cycle_of

D = Decimal
GLOBAL, EUROPE = UUID(int=1), UUID(int=2)
BILL = {GLOBAL: D(150), EUROPE: D(50)}


def percent(share: str, plan: UUID | None = None) -> Adjustment:
    return Adjustment(D(share), None, plan)


def amount(money: str, plan: UUID | None = None) -> Adjustment:
    return Adjustment(None, D(money), plan)


def test_a_share_is_of_the_bill_or_of_its_plan() -> None:
    """−10 % of 200 = −20; 5 % of the 50 of one plan = 2.50."""
    assert adjusted(BILL, [percent("-10"), percent("5", EUROPE)]) == [D(-20), D("2.5")]


def test_discounts_together_take_no_more_than_there_is() -> None:
    """200 with −10 % and −190: −20 and −180; then nothing is left."""
    terms = [percent("-10"), amount("-190"), amount("-1")]
    assert adjusted(BILL, terms) == [D(-20), D(-180), None]


def test_a_discount_on_a_plan_takes_no_more_than_its_lines() -> None:
    assert adjusted(BILL, [amount("-80", EUROPE), amount("-200")]) == [D(-50), D(-150)]


def test_a_surcharge_needs_no_use_but_that_of_its_plan() -> None:
    assert adjusted({}, [amount("9.99"), amount("9.99", EUROPE), percent("10")]) == [
        D("9.99"),
        None,
        None,
    ]


def test_cycles_are_counted_by_months() -> None:
    starts = date(2026, 11, 1)
    months = [date(2026, 10, 15), date(2026, 11, 15), date(2027, 2, 1)]
    assert [cycle_of(month, starts) for month in months] == [-1, 0, 3]


_TERMS = st.builds(
    Adjustment,
    percent=st.decimals("-100", "100", places=4),
    amount=st.none(),
    plan=st.sampled_from([None, GLOBAL, EUROPE]),
) | st.builds(
    Adjustment,
    percent=st.none(),
    amount=st.decimals("-1000", "1000", places=2).filter(bool),
    plan=st.sampled_from([None, GLOBAL, EUROPE]),
)


@given(
    bill=st.dictionaries(st.sampled_from([GLOBAL, EUROPE]), st.decimals("0", "1000", places=12)),
    terms=st.lists(_TERMS, max_size=6),
)
def test_discounts_never_turn_a_bill_into_money_for_the_customer(
    bill: dict[UUID, Decimal], terms: list[Adjustment]
) -> None:
    found = adjusted(bill, terms)
    taken = sum((each for each in found if each is not None and each < 0), D(0))
    assert len(found) == len(terms)
    assert sum(bill.values(), D(0)) + taken >= 0
    assert 0 not in found
