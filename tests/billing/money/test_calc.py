"""Rounding and reading of amounts."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.money import calc

AMOUNTS = st.decimals(
    min_value=Decimal("-1e14"), max_value=Decimal("1e14"), allow_nan=False, places=12
)


@pytest.mark.parametrize(
    ("currency", "digits"), [("JPY", 0), ("USD", 2), ("KWD", 3), ("IQD", 3), ("MGA", 2)]
)
def test_minor_digits_are_those_of_iso_4217(currency: str, digits: int) -> None:
    assert calc.minor_digits(currency) == digits


@pytest.mark.parametrize("code", ["XXX", "XAU", "DEM", "usd", "", "US", "USDX", "U\x00D"])
def test_what_is_not_in_circulation_is_no_currency(code: str) -> None:
    assert not calc.is_currency(code)


@pytest.mark.parametrize(
    ("amount", "currency", "rounded"),
    [
        ("2.005", "USD", "2.00"),
        ("2.015", "USD", "2.02"),
        ("-2.015", "USD", "-2.02"),
        ("2.5", "JPY", "2"),
        ("3.5", "JPY", "4"),
        ("1.0005", "KWD", "1.000"),
    ],
)
def test_ties_go_to_the_even_neighbour(amount: str, currency: str, rounded: str) -> None:
    assert calc.round_minor(Decimal(amount), currency) == Decimal(rounded)


def test_a_charge_is_rounded_up_so_that_the_balance_is_never_short() -> None:
    assert calc.ceil_minor(Decimal("474.991"), "USD") == Decimal("475.00")
    assert calc.ceil_minor(Decimal("475.00"), "USD") == Decimal("475.00")
    assert calc.ceil_minor(Decimal("0.1"), "JPY") == Decimal(1)


@given(amount=AMOUNTS, digits=st.integers(0, 12))
def test_rounding_moves_by_at_most_half_a_unit(amount: Decimal, digits: int) -> None:
    rounded = calc.round_half_even(amount, digits)
    assert abs(rounded - amount) <= Decimal("0.5").scaleb(-digits)


@given(amount=AMOUNTS, currency=st.sampled_from(sorted(calc.CURRENCIES)))
def test_rounding_up_costs_less_than_one_minor_unit(amount: Decimal, currency: str) -> None:
    charged = calc.ceil_minor(amount, currency)
    assert 0 <= charged - amount < Decimal(1).scaleb(-calc.minor_digits(currency))
    assert calc.is_in_minor_units(charged, currency)


@given(amount=AMOUNTS)
def test_a_plain_amount_reads_back_as_itself(amount: Decimal) -> None:
    text = calc.plain(amount)
    assert calc.parse_amount(text) == amount
    assert "E" not in text


@pytest.mark.parametrize(
    ("amount", "at_least", "text"),
    [("12.500000000000", 0, "12.5"), ("100", 0, "100"), ("1E+3", 2, "1000.00"), ("-0.00", 0, "0")],
)
def test_plain_amounts_have_no_exponent_and_no_idle_zeros(
    amount: str, at_least: int, text: str
) -> None:
    assert calc.plain(Decimal(amount), at_least=at_least) == text


@pytest.mark.parametrize(
    "text",
    ["", " 1", "1 ", "1e3", "NaN", "Infinity", "-", "+1", "1,000", "0x1", "1.", ".5", "١", "1\x00",
     "\ud800", "9" * 16, "9" * 10_000, "0.0000000000001"],
)  # fmt: skip
def test_anything_but_a_plain_decimal_is_refused(text: str) -> None:
    with pytest.raises(calc.InvalidAmount):
        calc.parse_amount(text)


def test_precision_is_that_of_the_field() -> None:
    assert calc.parse_amount("1.500", decimals=2) == Decimal("1.5")
    with pytest.raises(calc.InvalidAmount, match="more than 2 decimals"):
        calc.parse_amount("1.505", decimals=2)
    with pytest.raises(calc.InvalidAmount, match="whole number"):
        calc.parse_amount("1.5", decimals=0)
