"""The database rounds as Python does."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from billing.money.calc import round_half_even

TIES = st.builds(
    lambda whole, digits: (Decimal(whole) + Decimal("0.5")).scaleb(-digits),
    st.integers(-(10**12), 10**12),
    st.integers(0, 14),
)
AMOUNTS = st.decimals(
    min_value=Decimal("-1e15"), max_value=Decimal("1e15"), allow_nan=False, places=20
)


@pytest.mark.django_db
def test_sql_rounds_half_even_as_python_does() -> None:
    @given(amounts=st.lists(TIES | AMOUNTS, min_size=1, max_size=50), digits=st.integers(0, 14))
    def agree(amounts: list[Decimal], digits: int) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT array_agg(round_half_even(a, %s) ORDER BY n)"
                " FROM unnest(%s::numeric[]) WITH ORDINALITY AS given(a, n)",
                [digits, amounts],
            )
            (rounded,) = cursor.fetchone()
        assert rounded == [round_half_even(amount, digits) for amount in amounts]

    agree()


@pytest.mark.django_db
def test_sql_rounding_of_nothing_is_nothing() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT round_half_even(NULL, 2)")
        assert cursor.fetchone() == (None,)
