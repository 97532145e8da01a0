"""Amounts as people type them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from billing.money.forms import AmountFormField, plain_number


def in_currency(currency: str) -> AmountFormField:
    field = AmountFormField(required=False)
    field.in_currency(currency)
    return field


@pytest.mark.parametrize(
    ("typed", "amount"),
    [
        ("475", "475"),
        ("475.5", "475.5"),
        ("475,50", "475.50"),
        ("1,250", "1250"),
        ("1,250.50", "1250.50"),
        ("1.250,50", "1250.50"),
        ("1 250,5", "1250.5"),
        ("1'250.50", "1250.50"),
        ("1 250", "1250"),
        ("1,000,000", "1000000"),
    ],
)
def test_grouping_and_a_decimal_comma_are_understood(typed: str, amount: str) -> None:
    assert in_currency("USD").clean(typed) == Decimal(amount)


@pytest.mark.parametrize(
    "typed", ["ten", "NaN", "1e5", "--5", "1.2.3", "12.345", "∞", "9" * 40, "0x10", "٣"]
)
def test_what_is_no_amount_of_the_currency_is_refused_with_a_reason(typed: str) -> None:
    with pytest.raises(ValidationError):
        in_currency("USD").clean(typed)


def test_yen_have_no_decimals_and_dinars_have_three() -> None:
    assert in_currency("KWD").clean("1.125") == Decimal("1.125")
    with pytest.raises(ValidationError):
        in_currency("JPY").clean("1.5")


def test_an_empty_amount_is_none_and_a_stored_one_shows_the_currencys_decimals() -> None:
    assert in_currency("USD").clean("") is None
    assert in_currency("USD").prepare_value(Decimal("25.000000000000")) == "25.00"
    assert in_currency("JPY").prepare_value(Decimal(25)) == "25"


@given(st.decimals(min_value=0, max_value=10**9, places=2))
def test_what_is_shown_reads_back_as_itself(amount: Decimal) -> None:
    field = in_currency("USD")
    assert field.clean(field.prepare_value(amount)) == amount


@given(st.text(max_size=30))
def test_no_text_whatever_breaks_the_reading(text: str) -> None:
    assert isinstance(plain_number(text), str)
