"""Values in force, their history, and two people changing the same feature."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction

from features.actions import cancel_scheduled, set_value
from features.catalog import ALL, FEATURES, feature
from features.exceptions import ChangedMeanwhile, FeatureRefused, NotCancellable, UnknownFeature
from features.models import FeatureValue
from features.queries import history, snapshot, states, value, version
from tests.two_sessions import wait_until_somebody_waits

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def _set(key: str, to: object, *, at: datetime = NOON, valid_from: datetime | None = None) -> None:
    set_value(key, value=to, reason="Asked for", by="staff:anna", at=at, valid_from=valid_from)


@pytest.mark.django_db
def test_a_feature_that_nobody_set_has_its_default() -> None:
    assert value("portal_payment", at=NOON) is True
    assert value("minimum_prepaid_recharge", at=NOON) == Decimal(10)
    assert value("maximum_prepaid_recharge", at=NOON) is None


@pytest.mark.django_db
def test_a_flip_acts_from_its_instant_on() -> None:
    _set("portal_payment", False)
    assert value("portal_payment", at=NOON - timedelta(microseconds=1)) is True
    assert value("portal_payment", at=NOON) is False


@pytest.mark.django_db
def test_of_two_changes_at_the_same_instant_the_later_one_holds() -> None:
    _set("cost_decimal_points", 4)
    _set("cost_decimal_points", 5)
    assert value("cost_decimal_points", at=NOON) == 5


@pytest.mark.django_db
def test_a_value_can_be_set_for_later() -> None:
    _set("portal_payment", False, valid_from=NOON + HOUR)
    assert value("portal_payment", at=NOON) is True
    assert value("portal_payment", at=NOON + HOUR) is False


@pytest.mark.django_db
def test_a_value_cannot_begin_in_the_past() -> None:
    with pytest.raises(FeatureRefused) as refused:
        _set("portal_payment", False, valid_from=NOON - HOUR)
    assert (refused.value.code, refused.value.attr) == ("in_the_past", "at")


@pytest.mark.django_db
def test_an_empty_maximum_is_no_maximum() -> None:
    _set("maximum_prepaid_recharge", "250.50")
    assert value("maximum_prepaid_recharge", at=NOON) == Decimal("250.5")
    _set("maximum_prepaid_recharge", None)
    assert value("maximum_prepaid_recharge", at=NOON) is None


@pytest.mark.django_db
def test_the_minimum_recharge_cannot_be_above_the_maximum() -> None:
    _set("maximum_prepaid_recharge", "50")
    with pytest.raises(FeatureRefused, match="minimum 60 would be above the maximum 50"):
        _set("minimum_prepaid_recharge", "60")


@pytest.mark.django_db
def test_a_change_needs_a_reason() -> None:
    with pytest.raises(FeatureRefused) as refused:
        set_value("portal_payment", value=False, reason="  ", by="staff:anna", at=NOON)
    assert (refused.value.code, refused.value.attr) == ("required", "reason")


@pytest.mark.django_db
def test_an_unknown_feature_cannot_be_set() -> None:
    with pytest.raises(UnknownFeature):
        _set("no_such_feature", True)


@pytest.mark.django_db
def test_the_history_says_from_what_to_what_by_whom_and_why() -> None:
    _set("cost_decimal_points", 4)
    _set("cost_decimal_points", 6, at=NOON + HOUR)
    assert list(history("cost_decimal_points").values_list("previous", "value", "set_by")) == [
        (4, 6, "staff:anna"),
        (None, 4, "staff:anna"),
    ]


@pytest.mark.django_db
def test_history_cannot_be_rewritten_even_behind_the_applications_back() -> None:
    _set("portal_payment", False)
    with pytest.raises(DatabaseError, match="Cannot update or delete"), transaction.atomic():
        FeatureValue.objects.update(value=True)


@pytest.mark.django_db
def test_reading_one_value_is_one_query_and_all_states_are_three(
    django_assert_num_queries: object,
) -> None:
    _set("portal_payment", False)
    with django_assert_num_queries(1):  # type: ignore[operator]
        value("portal_payment", at=NOON)
    with django_assert_num_queries(3):  # type: ignore[operator]
        states(ALL, at=NOON)


@pytest.mark.django_db
def test_the_snapshot_that_a_charge_keeps_holds_every_feature() -> None:
    _set("minimum_prepaid_recharge", "12.50")
    kept = snapshot(at=NOON)
    assert set(kept) == {feature.key for feature in FEATURES}
    assert kept["minimum_prepaid_recharge"] == "12.5"


@pytest.mark.django_db
def test_the_state_shows_what_is_scheduled() -> None:
    _set("portal_payment", False, valid_from=NOON + HOUR)
    (state,) = [one for one in states(FEATURES, at=NOON) if one.feature.key == "portal_payment"]
    assert (state.value, state.is_default, state.version) == (True, True, 1)
    assert state.scheduled is not None
    assert state.scheduled.value is False


@pytest.mark.django_db(transaction=True)
def test_two_people_cannot_overwrite_each_other_unseen() -> None:
    """Both saw version 0; the second waits for the first and is told. Fails without the lock."""
    outcomes: list[str] = []

    def second() -> None:
        try:
            set_value("portal_payment", value=True, reason="B", by="staff:b", at=NOON, expected=0)
            outcomes.append("overwritten")
        except ChangedMeanwhile:
            outcomes.append("told")
        finally:
            connection.close()

    thread = threading.Thread(target=second)
    with transaction.atomic():
        set_value("portal_payment", value=False, reason="A", by="staff:a", at=NOON, expected=0)
        thread.start()
        wait_until_somebody_waits()
    thread.join(10)
    assert outcomes == ["told"]
    assert version("portal_payment") == 1


@pytest.mark.django_db
@pytest.mark.parametrize("taken", ["CN-", "RV-", "R/"])
def test_two_series_of_documents_never_share_a_prefix(taken: str) -> None:
    """Defaults, values of the past and values to come all count: numbers were or will be given."""
    _set("series_prefix_receipt", "R/", valid_from=NOON + HOUR)
    _set("series_prefix_receipt", "S/", valid_from=NOON + HOUR * 2)
    with pytest.raises(FeatureRefused) as refusal:
        _set("series_prefix_invoice", taken)
    assert (refusal.value.code, refusal.value.attr) == ("prefix_taken", "value")
    _set("series_prefix_invoice", "A-")
    _set("series_prefix_invoice", "INV-")
    assert value("series_prefix_invoice", at=NOON) == "INV-"


@pytest.mark.django_db
def test_a_scheduled_change_is_cancelled_by_a_row_and_never_holds() -> None:
    """What is set meanwhile stays: the cancelled change does not come back as its opposite."""
    _set("portal_payment", False, valid_from=NOON + HOUR)
    row = FeatureValue.objects.get()
    cancel_scheduled(row.pk, reason="Not yet", by="staff:bob", at=NOON)
    assert value("portal_payment", at=NOON + HOUR) is True
    [state] = states([feature("portal_payment")], at=NOON)
    assert (state.scheduled, state.version) == (None, 2)
    kept = history("portal_payment").values_list("value", "reason", "previous")
    assert set(kept) == {(False, "Asked for", None), (False, "Not yet", None)}
    with pytest.raises(NotCancellable, match="cancelled already"):
        cancel_scheduled(row.pk, reason="Again", by="staff:bob", at=NOON)


@pytest.mark.django_db
def test_what_has_begun_cannot_be_cancelled() -> None:
    _set("portal_payment", False)
    with pytest.raises(NotCancellable, match="has begun"):
        cancel_scheduled(FeatureValue.objects.get().pk, reason="x", by="staff:bob", at=NOON)
