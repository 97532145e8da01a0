"""What an hour costs, and which hours count: the arithmetic, with its figures."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.subscriptions.calc import period_bounds
from telecom.network.calc import (
    HOUR,
    AddressKind,
    Rules,
    Tariff,
    Terms,
    address_terms,
    first_hour_of,
    full_hour_from,
    hours_due,
    place_in_period,
    price_of,
    share_of_fee,
)
from tests.factories import NOW

D = Decimal
DEFAULT, ADDITIONAL, SECONDARY = AddressKind
AS_SHIPPED = Rules(default_ip_charge=True, free_for_one_ip=False, secondary_ip_billing=True)
TARIFF = Tariff(public=D("0.005"), secondary=D("0.002"))
zones = st.sampled_from(sorted(available_timezones())).map(ZoneInfo)
HELD = [("a", DEFAULT), ("b", SECONDARY), ("c", ADDITIONAL), ("d", DEFAULT)]


def prices(rules: Rules) -> dict[str, Decimal]:
    return {key: price_of(terms, TARIFF) for key, terms in address_terms(HELD, rules).items()}


def test_as_shipped_everything_is_charged() -> None:
    assert prices(AS_SHIPPED) == {
        "a": D("0.005"),
        "b": D("0.002"),
        "c": D("0.005"),
        "d": D("0.005"),
    }


@pytest.mark.parametrize(
    ("default", "one_free", "secondary", "free"),
    [
        (True, False, True, ""),
        (False, False, True, "ad"),
        (True, True, True, "a"),
        (False, True, True, "acd"),
        (True, False, False, "b"),
        (False, False, False, "abd"),
        (True, True, False, "ab"),
        (False, True, False, "abcd"),
    ],
)
def test_the_oldest_chargeable_public_address_is_the_free_one(
    *, default: bool, one_free: bool, secondary: bool, free: str
) -> None:
    """Where default ones are free anyway, the oldest additional one (c) is."""
    rules = Rules(
        default_ip_charge=default, free_for_one_ip=one_free, secondary_ip_billing=secondary
    )
    assert "".join(key for key, price in prices(rules).items() if not price) == free


def test_who_holds_nothing_chargeable_has_no_free_one() -> None:
    rules = Rules(default_ip_charge=False, free_for_one_ip=True, secondary_ip_billing=True)
    assert address_terms([("a", DEFAULT)], rules) == {"a": Terms.FREE_DEFAULT}
    assert address_terms([], rules) == {}


def test_the_hours_of_a_fee_differ_by_the_last_decimal_and_sum_to_it() -> None:
    """10 over 720 hours."""
    first, second = (share_of_fee(D(10), hour=hour, of=720) for hour in (1, 2))
    assert (first, second) == (D("0.013888888889"), D("0.013888888889"))
    assert share_of_fee(D(10), hour=3, of=720) == D("0.013888888889")
    assert share_of_fee(D(10), hour=5, of=720) == D("0.013888888888")
    assert sum(share_of_fee(D(10), hour=hour, of=720) for hour in range(1, 721)) == D(10)


@given(
    fee=st.decimals(min_value=0, max_value=10**6, places=12),
    instant=st.datetimes(
        min_value=datetime(2020, 1, 1), max_value=datetime(2035, 1, 1), timezones=st.just(UTC)
    ),
    day=st.integers(min_value=1, max_value=31),
    zone=zones,
)
def test_the_full_hours_of_any_period_sum_to_the_fee(
    fee: Decimal, instant: datetime, day: int, zone: ZoneInfo
) -> None:
    start, end = period_bounds(instant, billing_day=day, zone=zone)
    hours = list(hours_due(full_hour_from(start), until=end, end=end))
    places = [place_in_period(hour, start=start, end=end) for hour in hours]
    assert [hour for hour, _ in places] == list(range(1, len(hours) + 1))
    assert {of for _, of in places} == {len(hours)}
    assert sum((share_of_fee(fee, hour=hour, of=of) for hour, of in places), D(0)) == fee


def test_hours_are_full_ones_from_the_first_through_now_before_the_end() -> None:
    start = NOW + timedelta(minutes=20)
    first = full_hour_from(start)
    assert first == NOW + HOUR
    assert list(hours_due(first, until=NOW + 3 * HOUR, end=None)) == [
        NOW + HOUR,
        NOW + 2 * HOUR,
        NOW + 3 * HOUR,
    ]
    assert list(hours_due(first, until=NOW + 3 * HOUR, end=NOW + 2 * HOUR)) == [NOW + HOUR]


def test_what_is_gone_before_its_first_full_hour_counts_from_its_start() -> None:
    start = NOW + timedelta(minutes=20)
    assert first_hour_of(start, released_at=NOW + timedelta(minutes=50)) == start
    assert first_hour_of(start, released_at=NOW + HOUR) == start
    assert first_hour_of(start, released_at=NOW + 61 * timedelta(minutes=1)) == NOW + HOUR
