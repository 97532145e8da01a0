"""How much a recharge charges: worked examples, and what holds for every case."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.recharges.calc import Bounds, LimitedBy, month_start, recharge_charge

CENT = Decimal("0.01")


def bounds(
    minimum: str | None = "10",
    maximum: str | None = None,
    left_of_cap: str | None = None,
    step: str = "0.01",
) -> Bounds:
    return Bounds(
        minimum=Decimal(minimum) if minimum else None,
        maximum=Decimal(maximum) if maximum else None,
        left_of_cap=Decimal(left_of_cap) if left_of_cap is not None else None,
        step=Decimal(step),
    )


@pytest.mark.parametrize(
    ("balance", "recharge_to", "limits", "amount", "limited_by"),
    [
        ("25.00", "500", bounds(), "475.00", None),
        ("24.995", "500", bounds(), "475.01", None),
        ("24.990000000001", "500", bounds(), "475.01", None),
        ("-5.25", "500", bounds(), "505.25", None),
        ("25", "30", bounds(), "10.00", None),
        ("25", "30", bounds(minimum=None), "5.00", None),
        ("25", "500", bounds(maximum="200"), "200.00", LimitedBy.MAXIMUM),
        ("25", "500", bounds(maximum="199.999"), "199.99", LimitedBy.MAXIMUM),
        ("25", "500", bounds(left_of_cap="300"), "300.00", LimitedBy.MONTHLY_CAP),
        ("25", "500", bounds(maximum="200", left_of_cap="300"), "200.00", LimitedBy.MAXIMUM),
        ("25", "500", bounds(left_of_cap="5"), "0", LimitedBy.MONTHLY_CAP),
        ("25", "500", bounds(left_of_cap="0"), "0", LimitedBy.MONTHLY_CAP),
        ("25", "500", bounds(left_of_cap="-3"), "0", LimitedBy.MONTHLY_CAP),
        ("25", "500", bounds(left_of_cap="475"), "475.00", None),
        ("24.2", "500", bounds(step="1"), "476", None),
        ("24.9991", "500", bounds(step="0.001"), "475.001", None),
    ],
)
def test_recharge_charges_the_difference_within_its_bounds(
    balance: str, recharge_to: str, limits: Bounds, amount: str, limited_by: LimitedBy | None
) -> None:
    charge = recharge_charge(
        balance=Decimal(balance), recharge_to=Decimal(recharge_to), bounds=limits
    )
    assert (charge.amount, charge.limited_by) == (Decimal(amount), limited_by)


amounts = st.decimals(-10_000, 10_000, places=12)
limits = st.none() | st.decimals(0, 20_000, places=4)
steps = st.sampled_from([Decimal(1), CENT, Decimal("0.001")])


@given(amounts, st.decimals("0.01", 10_000, places=2), limits, limits, limits, steps)
def test_every_charge_reaches_the_target_or_names_what_kept_it(
    balance: Decimal,
    above: Decimal,
    minimum: Decimal | None,
    maximum: Decimal | None,
    left_of_cap: Decimal | None,
    step: Decimal,
) -> None:
    recharge_to = balance + above
    charge = recharge_charge(
        balance=balance,
        recharge_to=recharge_to,
        bounds=Bounds(minimum=minimum, maximum=maximum, left_of_cap=left_of_cap, step=step),
    )
    assert charge.amount >= 0
    assert charge.amount % step == 0
    if charge.limited_by is None:
        assert balance + charge.amount >= recharge_to
        assert charge.amount >= (minimum or 0)
        overshoot = charge.amount - max(above, minimum or Decimal(0))
        assert 0 <= overshoot < step
    if charge.amount:
        assert minimum is None or charge.amount >= minimum
        assert maximum is None or charge.amount <= maximum
        assert left_of_cap is None or charge.amount <= left_of_cap


def test_monthly_cap_counts_the_calendar_month_of_the_company() -> None:
    at = datetime(2026, 3, 31, 23, 30, tzinfo=UTC)
    assert month_start(at, zone=ZoneInfo("UTC")) == datetime(2026, 3, 1, tzinfo=UTC)
    berlin = ZoneInfo("Europe/Berlin")
    assert month_start(at, zone=berlin) == datetime(2026, 3, 31, 22, tzinfo=UTC)
