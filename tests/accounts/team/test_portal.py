"""The team page and one's own profile."""

from __future__ import annotations

import pytest

from accounts.people.models import Invitation, Member, Role
from tests.factories import make_company
from tests.portal import browser, make_member, signed_in

pytestmark = pytest.mark.django_db
TEAM = "/portal/team/"


def test_an_invitation_is_sent_sent_again_and_withdrawn() -> None:
    company = make_company()
    client = browser(company)
    client.post(TEAM, {"email": "new@customer.example", "role": "finance"})
    invitation = Invitation.objects.get(company=company)
    assert "new@customer.example" in client.get(TEAM).text
    client.post(f"{TEAM}invitations/{invitation.pk}/resend/")
    client.post(f"{TEAM}invitations/{invitation.pk}/withdraw/")
    invitation.refresh_from_db()
    assert invitation.withdrawn_at is not None
    assert "new@customer.example" not in client.get(TEAM).text


def test_a_second_invitation_to_an_address_is_refused_beside_it() -> None:
    client = browser(make_company())
    form = {"email": "new@customer.example", "role": "finance"}
    client.post(TEAM, form)
    assert "has an open invitation" in client.post(TEAM, form).text


def test_nobody_is_invited_as_owner() -> None:
    company = make_company()
    browser(company).post(TEAM, {"email": "new@customer.example", "role": "owner"})
    assert not Invitation.objects.filter(company=company).exists()


def test_an_admin_changes_roles_but_not_the_owners() -> None:
    company = make_company()
    owner, viewer = make_member(company, Role.OWNER), make_member(company, Role.VIEWER)
    client = browser(company, Role.ADMIN)
    client.post(f"{TEAM}{viewer.pk}/", {"role": "finance"})
    assert "does not allow" in client.post(f"{TEAM}{owner.pk}/", {"role": "viewer"}).text
    client.post(f"{TEAM}{owner.pk}/remove/", {"confirmed": "1"})
    roles = dict(Member.objects.filter(company=company).values_list("pk", "role"))
    assert (roles[owner.pk], roles[viewer.pk]) == ("owner", "finance")


def test_the_owner_hands_the_company_over_after_being_asked() -> None:
    company = make_company()
    owner, heir = make_member(company, Role.OWNER), make_member(company, Role.ADMIN)
    client, address = signed_in(owner), f"{TEAM}{heir.pk}/make-owner/"
    assert "Only the new owner can undo this." in client.post(address).text
    client.post(address, {"confirmed": "1"})
    owner.refresh_from_db()
    heir.refresh_from_db()
    assert (owner.role, heir.role) == ("admin", "owner")


def test_the_zone_chosen_in_the_profile_wins_over_the_companys() -> None:
    member = make_member(make_company(timezone="Europe/Berlin"))
    client = signed_in(member)
    form = {"first_name": "Ana", "last_name": "Lima", "timezone": "America/Sao_Paulo"}
    assert client.post("/portal/profile/", form).status_code == 302
    member.user.refresh_from_db()
    assert member.user.get_full_name() == "Ana Lima"
    assert "America/Sao_Paulo (UTC-03:00)" in client.get("/portal/profile/").text


def test_a_zone_that_is_none_is_refused() -> None:
    member = make_member(make_company())
    answer = signed_in(member).post("/portal/profile/", {"timezone": "Mars/Olympus"})
    assert "Select a valid choice" in answer.text
