"""The least that makes a company and a person, where billing does not matter."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import count

from accounts.companies.models import Company
from accounts.people.actions import create_person
from accounts.people.models import Member, Role, User

BORN = datetime(2024, 1, 1, tzinfo=UTC)
_numbers = count(1)


def make_company(name: str = "") -> Company:
    number = next(_numbers)
    return Company.objects.create(
        name=name or f"Company {number}",
        email=f"office{number}@example.com",
        country="DE",
        status_changed_at=BORN,
        created_at=BORN,
    )


def make_user(email: str = "", *, is_staff: bool = False) -> User:
    return create_person(
        email or f"person{next(_numbers)}@example.com", password="a-good-pass-9", is_staff=is_staff
    )


def make_member(company: Company, role: Role = Role.OWNER, user: User | None = None) -> Member:
    person = user or make_user()
    return Member.objects.create(company=company, user=person, role=role, joined_at=BORN)
