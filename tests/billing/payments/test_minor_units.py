"""Amounts as Stripe's integers."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.payments.gateways.minor_units import (
    LARGEST_UNITS,
    from_units,
    largest,
    smallest_step,
    to_units,
)

CURRENCIES = st.sampled_from(["USD", "EUR", "JPY", "KRW", "KWD", "BHD", "ISK", "UGX"])


@pytest.mark.parametrize(
    ("amount", "currency", "units"),
    [
        ("475.00", "USD", 47_500),
        ("0.01", "USD", 1),
        ("1000", "JPY", 1_000),
        ("1000.000000000000", "JPY", 1_000),
        ("1.230", "KWD", 1_230),
        ("500", "ISK", 50_000),
        ("999999.99", "USD", LARGEST_UNITS),
    ],
)
def test_an_amount_becomes_the_gateways_integer(amount: str, currency: str, units: int) -> None:
    assert to_units(Decimal(amount), currency) == units
    assert from_units(units, currency) == Decimal(amount)


@pytest.mark.parametrize(
    ("amount", "currency"),
    [("0.001", "USD"), ("0.5", "JPY"), ("0", "USD"), ("-5", "USD"), ("1000000", "USD")],
)
def test_what_the_gateway_cannot_charge_is_refused(amount: str, currency: str) -> None:
    with pytest.raises(ValueError, match="not an amount"):
        to_units(Decimal(amount), currency)


@given(CURRENCIES, st.integers(1, 99_999))
def test_every_multiple_of_the_step_is_charged_exactly(currency: str, count: int) -> None:
    amount = smallest_step(currency) * count
    assert amount <= largest(currency)
    assert from_units(to_units(amount, currency), currency) == amount


def test_dinars_are_charged_in_steps_of_ten_fils() -> None:
    """Stripe wants the last of three decimals to be 0."""
    assert smallest_step("KWD") == Decimal("0.01")
    assert smallest_step("JPY") == 1
    assert smallest_step("ISK") == 1
