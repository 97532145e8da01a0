"""Records that wait, and what becomes of them when a batch goes wrong."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import DataError, connection, transaction

from billing.catalog.models import PlanVersion
from billing.catalog.terms import PlanTerms, PriceTerms
from billing.metering.actions import Arrivals
from billing.metering.batches import rate_work
from billing.metering.inbox import ShardWork, rate_waiting, receive, waiting_records
from billing.metering.models import Charge, InboxParcel, InboxShard, UsageBatch, UsageReject
from billing.metering.records import Arrival, read_record
from tests.billing.metering.usage import MB, money_of, record
from tests.factories import NOW, make_company, make_plan, make_subscription

pytestmark = pytest.mark.django_db


BY_THE_MEGABYTE = PlanTerms(
    prices=(PriceTerms(Decimal("0.01")),), increment=PlanVersion.Increment.MB
)


def overflowing(arrival: Arrival) -> Arrival:
    """What the reader would never let through: more than a bigint can round up."""
    return arrival._replace(quantity=2**63 - 1)


def rate_and_break(shard: InboxShard) -> None:
    with transaction.atomic():
        rate_work(ShardWork(shard.pk), source="inbox", scope=None, at=NOW)
        assert Charge.objects.count() == 1
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 / 0")


def test_records_are_rated_in_order_of_arrival_and_leave_the_inbox() -> None:
    company = make_company()
    make_subscription(company, subject="sim")

    assert receive([record("sim", MB, name=f"{n}") for n in range(5)], source="op", at=NOW) == 5
    assert money_of(company) == 0
    assert rate_waiting(at=NOW) == 5

    assert waiting_records() == 0
    names = Charge.objects.order_by("id").values_list("external_id", flat=True)
    assert list(names) == ["0", "1", "2", "3", "4"]
    assert money_of(company) == Decimal("-0.05")


def test_a_poisonous_record_never_blocks_its_batch() -> None:
    make_subscription(make_company(), make_plan(terms=BY_THE_MEGABYTE), subject="sim")
    arrivals = [read_record(record("sim", MB), source="op", at=NOW) for _ in range(9)]
    arrivals[4] = overflowing(arrivals[4])

    outcome = rate_work(Arrivals(arrivals), source="op", scope=None, at=NOW)

    assert (outcome.received, outcome.accepted, outcome.rejected) == (9, 8, 1)
    assert [part.n for part in outcome.leftovers] == [5]
    assert UsageReject.objects.get().code == "invalid_record"


def test_a_poisonous_record_never_blocks_the_inbox() -> None:
    make_subscription(make_company(), make_plan(terms=BY_THE_MEGABYTE), subject="sim")
    receive([record("sim", MB) for _ in range(9)], source="op", at=NOW)
    parcel = InboxParcel.objects.get()
    parcel.quantity[4] = 2**63 - 1
    parcel.save(update_fields=["quantity"])

    assert rate_waiting(at=NOW) == 9

    assert (Charge.objects.count(), waiting_records()) == (8, 0)
    assert UsageReject.objects.get().external_id == parcel.external_id[4]


def test_a_batch_happens_whole_or_not_at_all() -> None:
    company = make_company()
    make_subscription(company, subject="sim")
    receive([record("sim", MB)], source="op", at=NOW)
    shard = InboxShard.objects.get(pk=InboxParcel.objects.get().shard)

    with pytest.raises(DataError):
        rate_and_break(shard)

    assert (Charge.objects.count(), waiting_records()) == (0, 1)
    assert money_of(company) == 0


def test_batches_are_cut_to_size_and_keep_the_order() -> None:
    company = make_company()
    make_subscription(company, subject="sim")
    for part in range(3):
        names = [f"{part}-{n}" for n in range(5)]
        receive([record("sim", 1, name=name) for name in names], source="op", at=NOW)

    assert rate_waiting(at=NOW, most=2) == 15

    names = list(Charge.objects.order_by("id").values_list("external_id", flat=True))
    assert names == [f"{part}-{n}" for part in range(3) for n in range(5)]
    assert UsageBatch.objects.count() == 8  # seven of two records and one of one
