"""The team: who may change whom, one owner, and a trace of everything."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, transaction

from accounts.access.exceptions import Refused
from accounts.audit.models import AuditRecord
from accounts.companies.models import Company
from accounts.events.models import Event
from accounts.people.actions import change_role, hand_over_ownership, remove_member
from accounts.people.exceptions import MemberGone, OwnerStays, RoleTooLow
from accounts.people.models import Member, Role
from tests.accounts.access.client import Api, error_of
from tests.accounts.companies.rows import make_company, make_member

NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)
OK, LOW, STAYS = None, RoleTooLow, OwnerStays


@pytest.fixture
def company(db: None) -> Company:
    return make_company()


@pytest.mark.parametrize(
    ("acting_as", "over", "to", "refusal"),
    [
        (Role.OWNER, Role.ADMIN, Role.VIEWER, OK),
        (Role.OWNER, Role.OWNER, Role.VIEWER, STAYS),
        (Role.OWNER, Role.ADMIN, Role.OWNER, STAYS),
        (Role.ADMIN, Role.VIEWER, Role.ADMIN, OK),
        (Role.ADMIN, Role.ADMIN, Role.VIEWER, OK),
        (Role.ADMIN, Role.OWNER, Role.VIEWER, LOW),
        (Role.ADMIN, Role.VIEWER, Role.OWNER, STAYS),
        (Role.FINANCE, Role.VIEWER, Role.FINANCE, LOW),
        (Role.VIEWER, Role.VIEWER, Role.ADMIN, LOW),
        (Role.END_USER, Role.VIEWER, Role.ADMIN, LOW),
    ],
)
def test_who_may_change_whom(
    company: Company, acting_as: Role, over: Role, to: Role, refusal: type[Refused] | None
) -> None:
    member = make_member(company, over)
    if refusal is None:
        changed = change_role(member, role=to, acting_as=acting_as, by="x", at=NOON)
        assert changed.role == to
    else:
        with pytest.raises(refusal):
            change_role(member, role=to, acting_as=acting_as, by="x", at=NOON)
        member.refresh_from_db()
        assert member.role == over


def test_handing_over_makes_the_former_owner_an_admin(company: Company) -> None:
    owner, heir = make_member(company, Role.OWNER), make_member(company, Role.VIEWER)
    hand_over_ownership(company, to=heir, acting_as=Role.OWNER, by="x", at=NOON)
    owner.refresh_from_db()
    heir.refresh_from_db()
    assert (owner.role, heir.role) == (Role.ADMIN, Role.OWNER)
    with pytest.raises(RoleTooLow):
        hand_over_ownership(company, to=owner, acting_as=Role.ADMIN, by="x", at=NOON)


def test_two_owners_are_impossible(company: Company) -> None:
    make_member(company, Role.OWNER)
    with pytest.raises(IntegrityError, match="one_owner_per_company"), transaction.atomic():
        make_member(company, Role.OWNER)


def test_a_removed_member_is_gone_and_on_record(company: Company) -> None:
    member = make_member(company, Role.FINANCE)
    remove_member(member, acting_as=Role.ADMIN, by="member:anna@x.y", at=NOON)
    assert not Member.objects.exists()
    assert Event.objects.get().type == "company.staff.deleted"
    kept = AuditRecord.objects.get()
    assert (kept.actor, kept.before) == ("member:anna@x.y", {"role": "finance"})
    with pytest.raises(MemberGone):
        remove_member(member, acting_as=Role.ADMIN, by="x", at=NOON)


def test_the_owner_is_not_removed(company: Company) -> None:
    owner = make_member(company, Role.OWNER)
    with pytest.raises(OwnerStays):
        remove_member(owner, acting_as=Role.OWNER, by="x", at=NOON)


def test_end_users_have_events_of_their_own(company: Company) -> None:
    member = make_member(company, Role.END_USER)
    remove_member(member, acting_as=Role.OWNER, by="x", at=NOON)
    assert Event.objects.get().type == "end_user.deleted"


def test_the_team_over_the_api(company: Company, company_api: Callable[[Company], Api]) -> None:
    owner, viewer = make_member(company, Role.OWNER), make_member(company, Role.VIEWER)
    api, route = company_api(company), f"companies/{company.pk}/members/"
    listed = api.read(route).json()["results"]
    assert [row["role"] for row in listed] == ["owner", "viewer"]
    changed = api.call("patch", f"{route}{viewer.pk}/", {"role": "finance"})
    assert (changed.status_code, changed.json()["role"]) == (200, "finance")
    refused = api.call("patch", f"{route}{owner.pk}/", {"role": "viewer"})
    assert error_of(refused)[:2] == (403, "permission_denied")
    assert api.call("delete", f"{route}{viewer.pk}/").status_code == 204
    assert error_of(api.call("delete", f"{route}{viewer.pk}/"))[:2] == (404, "not_found")
