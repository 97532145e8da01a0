"""Billing periods tile time: in every zone, over every clock change, for every billing day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from billing.profiles.actions import change_terms
from billing.subscriptions.calc import period_bounds, share_of_days
from billing.subscriptions.models import BillingPeriod
from billing.subscriptions.periods import ensure_period, open_period
from tests.factories import BY, make_company

instants = st.datetimes(
    min_value=datetime(2000, 1, 1), max_value=datetime(2036, 1, 1), timezones=st.just(UTC)
)
zones = st.sampled_from(sorted(available_timezones())).map(ZoneInfo)


@settings(max_examples=500)
@given(instant=instants, billing_day=st.integers(1, 31), zone=zones)
def test_every_instant_lies_in_one_period_and_periods_adjoin(
    instant: datetime, billing_day: int, zone: ZoneInfo
) -> None:
    start, end = period_bounds(instant, billing_day=billing_day, zone=zone)

    assert start <= instant < end
    assert timedelta(days=26) < end - start < timedelta(days=33)
    assert period_bounds(start, billing_day=billing_day, zone=zone) == (start, end)
    last = end - timedelta(microseconds=1)
    assert period_bounds(last, billing_day=billing_day, zone=zone) == (start, end)
    assert period_bounds(end, billing_day=billing_day, zone=zone)[0] == end
    assert (
        period_bounds(start - timedelta(seconds=1), billing_day=billing_day, zone=zone)[1] == start
    )


@pytest.mark.parametrize(
    ("zone", "day", "instant", "start", "end"),
    [
        ("UTC", 1, "2026-03-10T12:00", "2026-03-01T00:00", "2026-04-01T00:00"),
        ("Europe/Berlin", 1, "2026-03-31T22:30", "2026-03-31T22:00", "2026-04-30T22:00"),
        ("UTC", 31, "2026-02-28T00:00", "2026-02-28T00:00", "2026-03-31T00:00"),
        ("UTC", 31, "2026-02-27T23:59", "2026-01-31T00:00", "2026-02-28T00:00"),
        # Midnight of 8 September 2024 did not exist in Santiago: the day began at 01:00.
        ("America/Santiago", 8, "2024-09-08T04:00", "2024-09-08T04:00", "2024-10-08T03:00"),
        # 30 December 2011 did not exist in Apia at all.
        ("Pacific/Apia", 30, "2011-12-30T10:00", "2011-12-30T10:00", "2012-01-29T10:00"),
    ],
)
def test_periods_begin_at_local_midnight(
    zone: str, day: int, instant: str, start: str, end: str
) -> None:
    def at(text: str) -> datetime:
        return datetime.fromisoformat(text).replace(tzinfo=UTC)

    bounds = period_bounds(at(instant), billing_day=day, zone=ZoneInfo(zone))

    assert bounds == (at(start), at(end))


@pytest.mark.django_db
@settings(max_examples=100, deadline=None)
@given(start=instants, length=st.integers(0, 40 * 86400), zone=zones)
def test_days_are_counted_in_sql_as_in_python(start: datetime, length: int, zone: ZoneInfo) -> None:
    end = start + timedelta(seconds=length)
    around = (start - timedelta(days=1), end + timedelta(days=1))
    query = "SELECT local_days(%(a)s, %(b)s, %(zone)s), local_days(%(c)s, %(d)s, %(zone)s)"
    given_: dict[str, datetime | str] = {
        "a": start,
        "b": end,
        "c": around[0],
        "d": around[1],
        "zone": zone.key,
    }
    with connection.cursor() as cursor:
        cursor.execute(query, given_)
        days, whole = cursor.fetchone()

    assert share_of_days(start, end, of=around, zone=zone) == Decimal(days) / Decimal(whole)


@pytest.mark.django_db
def test_stored_periods_still_tile_after_the_billing_day_has_changed() -> None:
    company = make_company(billing_day=1)
    march = ensure_period(company, datetime(2026, 3, 10, tzinfo=UTC))
    change_terms(company, {"billing_day": 15}, by=BY, at=datetime(2026, 3, 20, tzinfo=UTC))

    june = ensure_period(company, datetime(2026, 6, 1, tzinfo=UTC))
    for day in (datetime(2026, 4, 2, tzinfo=UTC), datetime(2026, 5, 1, tzinfo=UTC)):
        ensure_period(company, day)

    bounds = list(BillingPeriod.objects.order_by("starts_at").values_list("starts_at", "ends_at"))
    assert bounds[0] == (march.starts_at, march.ends_at)
    assert bounds[-1] == (june.starts_at, june.ends_at)
    assert all(earlier[1] == later[0] for earlier, later in pairwise(bounds))


@pytest.mark.django_db
def test_what_belongs_to_an_issued_period_is_charged_in_the_next() -> None:
    company = make_company()
    march = ensure_period(company, datetime(2026, 3, 10, tzinfo=UTC))
    BillingPeriod.objects.filter(pk=march.pk).update(status=BillingPeriod.Status.ISSUED)

    assert open_period(company, datetime(2026, 3, 10, tzinfo=UTC)).starts_at == march.ends_at
