"""A company's status: where it may go, what is told and kept of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from accounts.audit.models import AuditRecord
from accounts.companies.actions import (
    TRANSITIONS,
    close_company,
    create_company,
    reactivate_company,
    suspend_company,
    update_company,
)
from accounts.companies.exceptions import NoSuchTransition, ReasonMissing
from accounts.companies.models import Company
from accounts.events.models import Event
from tests.accounts.access.client import Api, error_of
from tests.accounts.companies.rows import make_company

NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)
Status = Company.Status


@pytest.fixture
def company(db: None) -> Company:
    return make_company("Acme")


def _events() -> list[str]:
    return list(Event.objects.order_by("id").values_list("type", flat=True))


def test_the_transitions() -> None:
    assert {was: set(to) for was, to in TRANSITIONS.items()} == {
        "pending": {"active", "closed"},
        "active": {"suspended", "closed"},
        "suspended": {"active", "closed"},
        "closed": set(),
    }


def test_a_new_company_is_told_and_kept(db: None) -> None:
    company = create_company(
        name="Acme",
        email="a@acme.example",
        category="organization",
        country="DE",
        timezone="Europe/Berlin",
        by="staff:anna@x.y",
        at=NOON,
    )
    assert (company.status, company.created_at) == ("active", NOON)
    assert _events() == ["company.added"]
    assert AuditRecord.objects.get().after == {
        "id": str(company.pk),
        "name": "Acme",
        "email": "a@acme.example",
        "category": "organization",
        "country": "DE",
        "timezone": "Europe/Berlin",
        "status": "active",
        "status_reason": "",
    }


def test_a_company_that_waits_is_added_when_it_becomes_active(db: None) -> None:
    company = create_company(
        name="Acme",
        email="a@acme.example",
        category="organization",
        country="DE",
        timezone="UTC",
        status=Status.PENDING,
        by="system",
        at=NOON,
    )
    assert _events() == []
    reactivate_company(company, by="staff:anna@x.y", at=NOON)
    assert _events() == ["company.added"]


def test_suspending_and_reactivating(company: Company) -> None:
    suspended = suspend_company(company, reason=" unpaid ", by="staff:anna@x.y", at=NOON)
    assert (suspended.status, suspended.status_reason) == ("suspended", "unpaid")
    assert (suspended.suspended_by, suspended.status_changed_at) == ("person", NOON)
    active = reactivate_company(company, by="staff:anna@x.y", at=NOON)
    assert (active.status, active.status_reason, active.suspended_by) == ("active", "", "")
    assert _events() == ["company.suspended", "company.reactivated"]
    kept = AuditRecord.objects.order_by("id").values_list("action", "reason", "before")
    assert list(kept) == [
        ("company.suspended", "unpaid", {"status": "active"}),
        ("company.active", "", {"status": "suspended"}),
    ]


def test_suspending_twice_changes_nothing(company: Company) -> None:
    suspend_company(company, reason="first", by="staff:anna@x.y", at=NOON)
    again = suspend_company(company, reason="second", by="staff:bob@x.y", at=NOON)
    assert again.status_reason == "first"
    assert _events() == ["company.suspended"]


def test_a_persons_suspension_outranks_the_systems(company: Company) -> None:
    suspend_company(company, reason="unpaid", by="system", at=NOON, stopped_by="system")
    by_person = suspend_company(company, reason="fraud", by="staff:anna@x.y", at=NOON)
    assert (by_person.suspended_by, by_person.status_reason) == ("person", "fraud")


def test_closed_is_the_end(company: Company) -> None:
    close_company(company, reason="moved on", by="staff:anna@x.y", at=NOON)
    with pytest.raises(NoSuchTransition):
        reactivate_company(company, by="staff:anna@x.y", at=NOON)
    assert _events() == ["company.deleted"]


@pytest.mark.parametrize("reason", ["", "  "])
def test_nobody_is_stopped_without_a_reason(company: Company, reason: str) -> None:
    with pytest.raises(ReasonMissing):
        suspend_company(company, reason=reason, by="staff:anna@x.y", at=NOON)


def test_only_what_changed_is_kept(company: Company) -> None:
    update_company(company, {"name": "Acme Ltd", "city": ""}, by="staff:anna@x.y", at=NOON)
    kept = AuditRecord.objects.get()
    assert (kept.before, kept.after) == ({"name": "Acme"}, {"name": "Acme Ltd"})
    update_company(company, {"name": "Acme Ltd"}, by="staff:anna@x.y", at=NOON)
    assert _events() == ["company.updated"]


def test_staff_suspend_over_the_api(company: Company, staff_api: Api) -> None:
    route = f"companies/{company.pk}"
    answer = staff_api.send(f"{route}/suspend/", {"reason": "unpaid"})
    assert (answer.status_code, answer.json()["status"]) == (200, "suspended")
    assert answer.json()["status_reason"] == "unpaid"
    answer = staff_api.send(f"{route}/reactivate/", {"reason": "paid"})
    assert (answer.json()["status"], answer.json()["status_reason"]) == ("active", "paid")
    assert error_of(staff_api.send(f"{route}/suspend/", {})) == (400, "required", "reason")


def test_a_closed_company_answers_409(company: Company, staff_api: Api) -> None:
    close_company(company, reason="moved on", by="system", at=NOON)
    answer = staff_api.send(f"companies/{company.pk}/reactivate/", {"reason": "back"})
    assert error_of(answer)[:2] == (409, "invalid_status")


def test_a_company_does_not_suspend_itself(
    company: Company, company_api: Callable[[Company], Api]
) -> None:
    answer = company_api(company).send(f"companies/{company.pk}/suspend/", {"reason": "x"})
    assert error_of(answer)[:2] == (403, "permission_denied")
