"""Numbers of a series: without a gap, whatever fails and whoever else issues."""

from __future__ import annotations

import pytest
from django.db import transaction

from billing.documents.actions import take_numbers
from billing.documents.models import Series
from features.actions import set_value
from tests.factories import BY, NOW
from tests.two_sessions import at_once, failures


def take(count: int = 1) -> list[str]:
    with transaction.atomic():
        return take_numbers(Series.Kind.RECEIPT, count=count, at=NOW)


@pytest.mark.django_db
def test_numbers_follow_each_other_n_at_a_time() -> None:
    assert take() == ["RV-000001"]
    assert take(3) == ["RV-000002", "RV-000003", "RV-000004"]
    assert take() == ["RV-000005"]


@pytest.mark.django_db
def test_series_do_not_meet_and_prefixes_are_those_of_the_settings() -> None:
    take()
    set_value("series_prefix_receipt", value="2026/R", reason="test", by=BY, at=NOW)
    assert take() == ["2026/R000002"]
    with transaction.atomic():
        assert take_numbers(Series.Kind.INVOICE, count=1, at=NOW) == ["INV-000001"]


@pytest.mark.django_db(transaction=True)
def test_numbers_of_a_transaction_that_fails_are_given_again() -> None:
    take()
    with transaction.atomic():
        take_numbers(Series.Kind.RECEIPT, count=5, at=NOW)
        transaction.set_rollback(True)
    assert take() == ["RV-000002"]


@pytest.mark.django_db(transaction=True)
def test_numbers_are_taken_in_a_transaction_only() -> None:
    with pytest.raises(RuntimeError):
        take_numbers(Series.Kind.RECEIPT, count=1, at=NOW)


@pytest.mark.django_db(transaction=True)
def test_many_at_once_leave_no_gap_and_no_double() -> None:
    outcomes = at_once(*[take for _ in range(12)])
    assert failures(outcomes) == []
    taken = sorted(number for numbers in outcomes for number in numbers)  # type: ignore[union-attr]
    assert taken == [f"RV-{n:06d}" for n in range(1, 13)]
