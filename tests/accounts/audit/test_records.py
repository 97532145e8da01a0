"""The audit trail: who, what, from where; appended and never changed."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.db import InternalError, NotSupportedError, transaction
from django.db.utils import DatabaseError
from pytest_django.fixtures import Settings

from accounts.audit.actions import record
from accounts.audit.models import AuditRecord
from accounts.audit.origin import coming_from, present_address
from tests.accounts.access.client import Api
from tests.accounts.companies.rows import make_company

NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)


@pytest.fixture
def kept(db: None) -> AuditRecord:
    return record(
        "plan.changed",
        actor="staff:anna@x.y",
        at=NOON,
        target="plan:7",
        before={"price": Decimal("0.010")},
        after={"price": Decimal("0.012")},
        reason="new year",
    )


def test_before_and_after_are_kept_exactly(kept: AuditRecord) -> None:
    kept.refresh_from_db()
    assert (kept.before, kept.after) == ({"price": "0.010"}, {"price": "0.012"})
    assert kept.address is None, "nobody asked: a job or a command"


@pytest.mark.parametrize("act", ["update", "delete"])
def test_the_database_refuses_to_change_a_record(kept: AuditRecord, act: str) -> None:
    rows = AuditRecord.objects.filter(pk=kept.pk)
    with pytest.raises((InternalError, NotSupportedError, DatabaseError)), transaction.atomic():
        rows.update(reason="another") if act == "update" else rows.delete()
    kept.refresh_from_db()
    assert kept.reason == "new year"


@pytest.mark.parametrize(
    ("proxies", "forwarded", "expected"),
    [
        (0, "", "127.0.0.1"),
        (0, "6.6.6.6", "127.0.0.1"),
        (1, "9.9.9.9", "9.9.9.9"),
        (1, "6.6.6.6, 9.9.9.9", "9.9.9.9"),
        (2, "6.6.6.6, 9.9.9.9, 10.0.0.1", "9.9.9.9"),
        (2, "9.9.9.9", "127.0.0.1"),
        (1, "2001:db8::1", "2001:db8::1"),
        (1, "nonsense", "127.0.0.1"),
        (1, "\x00", "127.0.0.1"),
    ],
)
def test_a_record_tells_where_the_request_came_from(
    staff_api: Api, settings: Settings, proxies: int, forwarded: str, expected: str
) -> None:
    settings.TRUSTED_PROXIES = proxies
    company = make_company()
    staff_api.post(
        f"/api/v1/companies/{company.pk}/suspend/",
        {"reason": "unpaid"},
        format="json",
        headers={"X-Forwarded-For": forwarded},
    )
    suspended = AuditRecord.objects.get(action="company.suspended")
    assert suspended.address == expected
    assert suspended.actor.startswith("key:tg_")


def test_the_address_ends_with_its_request() -> None:
    with coming_from("9.9.9.9"):
        assert present_address() == "9.9.9.9"
    assert present_address() is None
