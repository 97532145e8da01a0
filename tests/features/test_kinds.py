"""What each kind of value accepts. No database."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.catalog import ALL
from features.exceptions import FeatureRefused
from features.kinds import (
    Amount,
    Choice,
    Kind,
    OptionalAmount,
    Percent,
    Picture,
    Switch,
    Text,
    WholeNumber,
)

PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)
NUL, LONE_SURROGATE = "a\x00b", "a\ud800"


@pytest.mark.parametrize(
    ("kind", "raw", "code"),
    [
        (Switch(), "true", "invalid_bool"),
        (Switch(), 1, "invalid_bool"),
        (Switch(), None, "invalid_bool"),
        (WholeNumber(0, 6), True, "invalid_integer"),
        (WholeNumber(0, 6), "2", "invalid_integer"),
        (WholeNumber(0, 6), 2.0, "invalid_integer"),
        (WholeNumber(0, 6), 7, "out_of_range"),
        (WholeNumber(0, 6), -1, "out_of_range"),
        (Amount(), 10, "invalid_decimal"),
        (Amount(), 10.5, "invalid_decimal"),
        (Amount(), "", "invalid_decimal"),
        (Amount(), "NaN", "invalid_decimal"),
        (Amount(), "1e3", "invalid_decimal"),
        (Amount(), "٣", "invalid_decimal"),
        (Amount(), Decimal("NaN"), "invalid_decimal"),
        (Amount(), "-1", "out_of_range"),
        (Amount(), "9" * 18, "out_of_range"),
        (Amount(), "9" * 400, "invalid_decimal"),
        (Amount(), "1.00001", "too_many_decimals"),
        (Percent(), "100.1", "out_of_range"),
        (Text(5), "123456", "too_long"),
        (Text(5), NUL, "invalid_text"),
        (Text(5), LONE_SURROGATE, "invalid_text"),
        (Text(5), "a\nb", "invalid_text"),
        (Text(5), 5, "invalid_text"),
        (Text(2, pattern="[A-Z]*"), "ab", "invalid_text"),
        (Choice(("USD", "EUR")), "XXX", "invalid_choice"),
        (Choice(("USD", "EUR")), ["USD"], "invalid_choice"),
        (Picture(), b"hello", "invalid_picture"),
        (Picture(), "data:image/png;base64,===", "invalid_picture"),
        (Picture(), "https://example.com/logo.png", "invalid_picture"),
        (Picture(), PNG + bytes(256 * 1024), "too_large"),
    ],
)
def test_a_wrong_value_is_refused_with_its_reason(
    kind: Kind[object], raw: object, code: str
) -> None:
    with pytest.raises(FeatureRefused) as refused:
        kind.parse(raw)
    assert (refused.value.code, refused.value.attr) == (code, "value")


def test_empty_means_no_limit_only_where_a_limit_may_be_missing() -> None:
    assert OptionalAmount().parse(None) is None
    assert OptionalAmount().parse("") is None
    assert OptionalAmount().parse("10.50") == Decimal("10.5")


def test_a_picture_survives_the_database() -> None:
    assert Picture().parse(Picture().dump(PNG)) == PNG


def test_text_of_several_lines_keeps_its_lines() -> None:
    assert Text(50, lines=3).parse(" Main St 1\r\n10115 Berlin ") == "Main St 1\n10115 Berlin"


@given(st.decimals(min_value=0, max_value=10**12, places=4))
def test_an_amount_is_stored_exactly(amount: Decimal) -> None:
    assert Amount().parse(Amount().dump(amount)) == amount


@pytest.mark.parametrize("feature", ALL, ids=lambda feature: feature.key)
def test_every_default_is_a_value_its_kind_accepts(feature: object) -> None:
    assert feature.json_form(feature.default) == feature.default_json()  # type: ignore[attr-defined]
