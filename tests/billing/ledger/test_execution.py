"""Statements of a batch are planned once, but not once for all."""

from __future__ import annotations

import pytest
from django.db import connection

from billing.ledger.execution import run

pytestmark = pytest.mark.django_db

COUNTED = "SELECT count(*) FROM ledger_leg WHERE amount > %(more)s"


def plans() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT statement FROM pg_prepared_statements WHERE statement LIKE %s ORDER BY 1",
            ["SELECT count(*) FROM ledger_leg WHERE amount > $1%"],
        )
        return [text.partition(" -- ")[2] for (text,) in cursor.fetchall()]


def test_a_statement_is_planned_anew_at_its_first_second_fourth_and_eighth_execution() -> None:
    for _ in range(8):
        run(COUNTED, {"more": 0}, rows=10)
    assert plans() == [f"2 digits of rows, plan {number}" for number in (1, 2, 3, 4)]


def test_ten_and_ten_thousand_rows_have_plans_of_their_own() -> None:
    run(COUNTED, {"more": 0}, rows=100_000)
    run(COUNTED, {"more": 0}, rows=1_000_000)
    assert {"6 digits of rows, plan 1", "7 digits of rows, plan 1"} <= set(plans())
