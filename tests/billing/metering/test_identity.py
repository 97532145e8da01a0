"""Each record ends once: rated, duplicate, conflict or rejected, and the counts add up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from billing.metering.calc import LARGEST_QUANTITY
from billing.metering.models import Charge, UsageBatch, UsageConflict, UsageReject
from billing.metering.records import read_record
from billing.metering.replay import replay
from tests.billing.metering.usage import MB, amounts, counts, record, send
from tests.factories import NOW, make_company, make_subscription

pytestmark = pytest.mark.django_db


def test_the_same_record_twice_is_charged_once() -> None:
    make_subscription(make_company(), subject="sim")
    one = record("sim", MB, name="1")

    assert counts(send(one)) == (1, 0, 0, 0)
    assert counts(send(one, one)) == (0, 2, 0, 0)
    assert counts(send(record("sim", MB, name="2"), record("sim", MB, name="2"))) == (1, 1, 0, 0)
    assert len(amounts()) == 2


@pytest.mark.parametrize(
    "changed",
    [
        {"quantity": MB + 1},
        {"started_at": (NOW - timedelta(seconds=1)).isoformat()},
        {"subject": "other"},
        {"country": "DE"},
        {"session": "s-1"},
    ],
)
def test_the_same_id_with_other_content_is_a_conflict_and_never_charged(
    changed: dict[str, object],
) -> None:
    company = make_company()
    make_subscription(company, subject="sim")
    make_subscription(company, subject="other")
    first = record("sim", MB, name="1")
    send(first)

    assert counts(send({**first, **changed})) == (0, 0, 1, 0)
    assert counts(send({**first, **changed})) == (0, 0, 1, 0)

    assert len(amounts()) == 1
    conflict = UsageConflict.objects.get()
    assert (conflict.external_id, conflict.times) == ("1", 2)
    assert conflict.charge_id == Charge.objects.get().pk


def test_the_same_id_at_a_months_edge_is_a_conflict_not_a_second_charge() -> None:
    make_subscription(make_company(), subject="sim")
    at = datetime(2026, 2, 2, tzinfo=UTC)
    january = datetime(2026, 1, 31, 23, 59, tzinfo=UTC)
    february = datetime(2026, 2, 1, 0, 1, tzinfo=UTC)

    send(record("sim", MB, at=january, name="edge"), at=at)
    result = send(record("sim", MB, at=february, name="edge"), at=at)

    assert counts(result) == (0, 0, 1, 0)
    assert len(amounts()) == 1


def test_an_id_is_its_sources_own() -> None:
    make_subscription(make_company(), subject="sim")

    send(record("sim", MB, name="1"), source="a")
    result = send(record("sim", MB, name="1"), source="b")

    assert counts(result) == (1, 0, 0, 0)


def test_a_companys_key_reaches_its_own_subjects_and_takes_nobodys_ids() -> None:
    own, stranger = make_company(), make_company()
    make_subscription(own, subject="own")
    make_subscription(stranger, subject="strange")

    result = send(record("strange", name="1"), record("own", name="2"), scope=own.pk)
    assert [part.code for part in result.rejected] == ["unknown_subject"]
    assert result.accepted == 1

    # The operator's records 1 and 2 are charged all the same.
    assert counts(send(record("strange", name="1"), record("own", name="2"))) == (2, 0, 0, 0)


def test_a_reject_is_corrected_and_sent_again() -> None:
    company = make_company()
    send(record("sim", MB, name="1"), record("sim", MB, name="1"))
    reject = UsageReject.objects.get()
    assert (reject.code, reject.times, reject.charge_id) == ("unknown_subject", 2, None)

    make_subscription(company, subject="sim")
    send(record("sim", MB, name="1"))

    reject.refresh_from_db()
    assert reject.charge_id == Charge.objects.get().pk


def test_rejects_are_replayed_after_their_cause_is_mended() -> None:
    company = make_company()
    send(record("late", MB), record("late", 2 * MB), "nonsense")
    make_subscription(company, subject="late")

    results = replay(UsageReject.objects.filter(charge_id=None), at=NOW)

    assert sum(result.accepted for result in results) == 2
    assert UsageReject.objects.filter(charge_id=None).get().code == "invalid_record"
    assert UsageReject.objects.count() == 3


@pytest.mark.parametrize(
    "wrong",
    [
        {"id": "a\x00b"},
        {"id": 5.5},
        {"id": [1, 2]},
        {"subject": "s\ud800im"},
        {"session": ["s", 1], "started_at": NOW + timedelta(days=2)},
    ],
)
def test_what_could_not_be_read_is_not_charged_by_a_replay(wrong: dict[str, object]) -> None:
    """It is kept with its bad characters shown as escapes: another record than was sent."""
    company = make_company()
    make_subscription(company, subject="sim")
    make_subscription(company, subject="s\\ud800im")
    send({**record("sim"), **wrong})

    results = replay(UsageReject.objects.filter(charge_id=None), at=NOW + timedelta(days=3))

    assert results == []
    assert not Charge.objects.exists()
    assert UsageReject.objects.get().code == "invalid_record"


def test_records_find_the_subscription_of_the_time_of_use() -> None:
    company = make_company()
    begins = NOW - timedelta(days=10)
    make_subscription(company, subject="sim", keys=["imsi"], at=begins)

    result = send(
        record("sim", at=begins - timedelta(seconds=1)),
        record("imsi", at=begins),
        record("sim", at=NOW),
    )

    assert counts(result) == (2, 0, 0, 1)
    assert result.rejected[0].code == "unknown_subject"


BAD_RECORDS: list[tuple[object, str]] = [
    ("text", "invalid_record"),
    (None, "invalid_record"),
    ([], "invalid_record"),
    ({}, "invalid_record"),
    ({"id": 5}, "invalid_record"),
    ({"id": ""}, "invalid_record"),
    ({"id": "a\x00b"}, "invalid_record"),
    ({"id": "\ud800"}, "invalid_record"),
    ({"id": "x" * 201}, "invalid_record"),
    ({"subject": None}, "invalid_record"),
    ({"subject": True}, "invalid_record"),
    ({"subject": "s\x00"}, "invalid_record"),
    ({"meter": 7}, "invalid_record"),
    ({"session": {"a": 1}}, "invalid_record"),
    ({"started_at": None}, "invalid_time"),
    ({"started_at": "yesterday"}, "invalid_time"),
    ({"started_at": "2026-02-30T10:00:00Z"}, "invalid_time"),
    ({"started_at": "2026-03-01T10:00:00"}, "invalid_time"),
    ({"started_at": "0001-01-01T00:00:00+14:00"}, "invalid_time"),
    ({"started_at": "9999-12-31T23:59:59-12:00"}, "invalid_time"),
    ({"started_at": 1_770_000_000}, "invalid_time"),
    ({"quantity": None}, "invalid_quantity"),
    ({"quantity": -1}, "invalid_quantity"),
    ({"quantity": 1.5}, "invalid_quantity"),
    ({"quantity": True}, "invalid_quantity"),
    ({"quantity": float("nan")}, "invalid_quantity"),
    ({"quantity": float("inf")}, "invalid_quantity"),
    ({"quantity": "1e3"}, "invalid_quantity"),
    ({"quantity": "٣"}, "invalid_quantity"),
    ({"quantity": LARGEST_QUANTITY + 1}, "invalid_quantity"),
    ({"quantity": 10**40}, "invalid_quantity"),
    ({"quantity": {}}, "invalid_quantity"),
    ({"country": "XX"}, "unknown_country"),
    ({"country": "Germany"}, "unknown_country"),
    ({"plmn": "12"}, "unknown_country"),
    ({"plmn": "99999"}, "unknown_country"),
    ({"meter": "nowhere"}, "no_price"),
]


@pytest.mark.parametrize(("wrong", "code"), BAD_RECORDS)
def test_a_bad_value_is_a_reject_with_a_reason_never_an_error(wrong: object, code: str) -> None:
    make_subscription(make_company(), subject="sim")
    bad = {**record("sim"), **wrong} if isinstance(wrong, dict) and wrong else wrong

    result = send(bad, record("sim"))

    assert counts(result) == (1, 0, 0, 1)
    assert (result.rejected[0].index, result.rejected[0].code) == (0, code)
    assert result.rejected[0].detail
    assert UsageReject.objects.get().code == code


FIELDS = ("id", "subject", "started_at", "quantity", "country", "plmn", "session")
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda children: st.lists(children, max_size=3) | st.dictionaries(st.text(), children),
    max_leaves=6,
)


@settings(max_examples=200, deadline=None)
@given(
    raw=json_values
    | st.fixed_dictionaries(
        {},
        optional=dict.fromkeys(FIELDS, json_values),
    )
)
def test_anything_at_all_can_be_read_as_a_record_or_a_reject(raw: object) -> None:
    arrival = read_record(raw, source="tests", at=NOW)

    assert arrival.code or (arrival.subject and arrival.started_at and arrival.quantity is not None)
    assert "\x00" not in arrival.external_id


def test_the_counts_of_a_batch_add_up() -> None:
    make_subscription(make_company(), subject="sim")
    one = record("sim", name="1")

    send(one, one, {**one, "quantity": 7}, record("nobody"), "nonsense")

    batch = UsageBatch.objects.get()
    assert (batch.received, batch.accepted, batch.duplicates) == (5, 1, 1)
    assert (batch.conflicts, batch.rejected) == (1, 2)
