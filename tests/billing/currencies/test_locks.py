"""Two sessions at once."""

from __future__ import annotations

from decimal import Decimal

import pytest

from billing.currencies.actions import kept, set_rate
from billing.currencies.models import ExchangeRate
from billing.currencies.queries import rate_at
from tests.billing.currencies.world import rate
from tests.factories import BY, NOW
from tests.two_sessions import at_once, failures

pytestmark = pytest.mark.django_db(transaction=True)


def test_two_corrections_of_one_instant_are_numbered_one_after_the_other() -> None:
    def correct() -> ExchangeRate:
        return set_rate("EUR", units_per_base=Decimal("0.9"), valid_from=NOW, by=BY, at=NOW)

    outcomes = at_once(correct, correct, correct, correct)

    assert failures(outcomes) == []
    revisions = ExchangeRate.objects.order_by("revision").values_list("revision", flat=True)
    assert list(revisions) == [0, 1, 2, 3]


def test_a_derived_rate_that_two_use_first_is_one_row() -> None:
    rate("EUR", "0.92")
    rate("JPY", "150")

    def use() -> ExchangeRate:
        found = rate_at("EUR", "JPY", at=NOW)
        assert found is not None
        return kept(found)

    outcomes = at_once(use, use, use, use)

    assert failures(outcomes) == []
    assert len({str(outcome) for outcome in outcomes}) == 1
    assert ExchangeRate.objects.exclude(of_base=None).count() == 1
