"""Invitations: by mail, for one person, used once."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client

from accounts.access.exceptions import Refused
from accounts.companies.actions import close_company
from accounts.companies.models import Company
from accounts.events.models import Event
from accounts.notifications.models import Mail
from accounts.people.actions import hand_over_ownership
from accounts.people.invitations import (
    accept_as_new_person,
    accept_invitation,
    invite_member,
    resend_invitation,
    withdraw_invitation,
)
from accounts.people.models import Invitation, Member, Role, User
from config.clock import now
from tests.accounts.access.client import Api, error_of
from tests.accounts.companies.rows import make_company, make_member, make_user

NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)


@pytest.fixture
def company(db: None) -> Company:
    return make_company("Acme")


def _invite(
    company: Company,
    email: str = "bob@x.example",
    role: Role = Role.FINANCE,
    *,
    acting_as: Role = Role.OWNER,
    at: datetime = NOON,
) -> Invitation:
    return invite_member(company, email=email, role=role, acting_as=acting_as, by="x", at=at)


def _token(email: str = "bob@x.example") -> str:
    """The token in the newest mail to this address."""
    mail = Mail.objects.filter(to=email).order_by("-id").first()
    assert mail is not None
    found = re.search(r"/portal/invitations/([\w-]+)/", mail.text)
    assert found is not None
    assert found[0] in mail.html
    return found[1]


def _code(action: Callable[[], object]) -> str:
    with pytest.raises(Refused) as refusal:
        action()
    return refusal.value.code


def test_who_accepts_is_a_member(company: Company) -> None:
    invitation = _invite(company)
    assert _token() not in str(Invitation.objects.filter(pk=invitation.pk).values())
    assert not Event.objects.exists(), "added means registered, not invited"
    bob = make_user("bob@x.example")
    member = accept_invitation(_token(), user=bob, at=NOON)
    assert (member.company, member.role, member.joined_at) == (company, "finance", NOON)
    added = Event.objects.get()
    assert (added.type, added.data["email"]) == ("company.staff.added", "bob@x.example")


def test_a_link_works_once(company: Company) -> None:
    _invite(company)
    bob = make_user("bob@x.example")
    accept_invitation(_token(), user=bob, at=NOON)
    assert _code(lambda: accept_invitation(_token(), user=bob, at=NOON)) == "invitation_gone"


def test_a_link_is_for_the_invited_address(company: Company) -> None:
    _invite(company)
    eve = make_user("eve@x.example")
    assert _code(lambda: accept_invitation(_token(), user=eve, at=NOON)) == "wrong_person"
    assert not Member.objects.exists()


def test_a_link_ends_after_fourteen_days(company: Company) -> None:
    _invite(company)
    bob = make_user("bob@x.example")
    late = NOON + timedelta(days=14)
    assert _code(lambda: accept_invitation(_token(), user=bob, at=late)) == "invitation_gone"
    accept_invitation(_token(), user=bob, at=late - timedelta(seconds=1))


def test_sending_again_replaces_the_link(company: Company) -> None:
    invitation = _invite(company)
    first = _token()
    resend_invitation(invitation, acting_as=Role.OWNER, by="x", at=NOON + timedelta(days=20))
    bob, later = make_user("bob@x.example"), NOON + timedelta(days=30)
    assert _code(lambda: accept_invitation(first, user=bob, at=later)) == "invitation_gone"
    accept_invitation(_token(), user=bob, at=later)


def test_a_withdrawn_link_is_dead(company: Company) -> None:
    invitation = _invite(company)
    withdraw_invitation(invitation, acting_as=Role.ADMIN, by="x", at=NOON)
    bob = make_user("bob@x.example")
    assert _code(lambda: accept_invitation(_token(), user=bob, at=NOON)) == "invitation_gone"
    assert _code(lambda: resend_invitation(invitation, acting_as=Role.OWNER, by="x", at=NOON)) == (
        "invitation_gone"
    )
    _invite(company)


def test_one_open_invitation_per_address(company: Company) -> None:
    _invite(company, "bob@x.example")
    assert _code(lambda: _invite(company, "BOB@x.example")) == "already_invited"
    _invite(company, at=NOON + timedelta(days=15))
    assert Mail.objects.count() == 2


def test_a_member_is_not_invited_again(company: Company) -> None:
    make_member(company, Role.VIEWER, make_user("bob@x.example"))
    assert _code(lambda: _invite(company, "Bob@x.example")) == "already_member"


def test_nobody_is_invited_to_a_closed_company(company: Company) -> None:
    _invite(company)
    close_company(company, reason="over", by="x", at=NOON)
    assert _code(lambda: _invite(company, "eve@x.example")) == "company_closed"
    bob = make_user("bob@x.example")
    assert _code(lambda: accept_invitation(_token(), user=bob, at=NOON)) == "company_closed"


def test_a_company_gets_one_owner(company: Company) -> None:
    _invite(company, role=Role.OWNER)
    assert _code(lambda: _invite(company, "eve@x.example", Role.OWNER)) == "owner_exists"
    accept_invitation(_token(), user=make_user("bob@x.example"), at=NOON)
    assert _code(lambda: _invite(company, "eve@x.example", Role.OWNER)) == "owner_exists"


def test_an_owner_who_came_meanwhile_stays_the_only_one(company: Company) -> None:
    _invite(company, role=Role.OWNER)
    heir = make_member(company, Role.ADMIN)
    hand_over_ownership(company, to=heir, acting_as=Role.OWNER, by="x", at=NOON)
    bob = make_user("bob@x.example")
    assert _code(lambda: accept_invitation(_token(), user=bob, at=NOON)) == "owner_exists"


def test_a_new_person_sets_a_password_and_can_sign_in(company: Company, client: Client) -> None:
    cache.clear()
    _invite(company, at=now())
    url = f"/portal/invitations/{_token()}/"
    assert "First name" in client.get(url).content.decode()
    answer = client.post(url, {"first_name": "Bob", "last_name": "Ng", "password": "a-good-pass-9"})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/portal/")
    bob = User.objects.get(email="bob@x.example")
    assert bob.memberships.get().role == Role.FINANCE
    other = Client()
    signed_in = other.post(
        "/accounts/login/", {"login": "bob@x.example", "password": "a-good-pass-9"}
    )
    assert (signed_in.status_code, signed_in.headers["Location"]) == (302, "/portal/")


@pytest.mark.parametrize(
    "wrong",
    [
        {"password": "12345678"},
        {"password": "short"},
        {"password": ""},
        {"first_name": "x" * 151},
        {"first_name": "a\x00b"},
    ],
)
def test_a_bad_password_or_name_is_shown_beside_its_field(
    company: Company, client: Client, wrong: dict[str, str]
) -> None:
    _invite(company, at=now())
    good = {"first_name": "Bob", "last_name": "Ng", "password": "a-good-pass-9"}
    answer = client.post(f"/portal/invitations/{_token()}/", good | wrong)
    assert answer.status_code == 200
    assert "tg-error" in answer.content.decode()
    assert not User.objects.exists()


def test_who_has_an_account_is_sent_to_the_sign_in(company: Company, client: Client) -> None:
    make_user("bob@x.example")
    _invite(company, at=now())
    url = f"/portal/invitations/{_token()}/"
    assert f"/accounts/login/?next={url}" in client.get(url).content.decode()
    answer = client.post(url, {"first_name": "E", "last_name": "V", "password": "a-good-pass-9"})
    assert "sign in to accept" in answer.content.decode()
    assert not Member.objects.exists()


def test_who_is_signed_in_joins_with_one_click(company: Company, client: Client) -> None:
    home = make_member(make_company("Home"), Role.OWNER, make_user("bob@x.example"))
    client.force_login(home.user)
    _invite(company, at=now())
    answer = client.post(f"/portal/invitations/{_token()}/")
    assert answer.headers["Location"] == "/portal/"
    assert client.session["company"] == str(company.pk)


@pytest.mark.parametrize("token", ["x", "x" * 5000, "%00", "\udcff"])
def test_a_made_up_link_is_a_friendly_404(db: None, client: Client, token: str) -> None:
    answer = client.get("/portal/invitations/" + token.encode(errors="replace").decode() + "/")
    assert answer.status_code == 404


@pytest.mark.django_db(transaction=True)
def test_of_two_clicks_at_once_one_joins() -> None:
    _invite(make_company())
    bob = make_user("bob@x.example")
    token = _token()

    def accept(_: int) -> str:
        try:
            accept_invitation(token, user=bob, at=NOON)
        except Refused as refused:
            return refused.code
        finally:
            connection.close()
        return "joined"

    with ThreadPoolExecutor(max_workers=6) as pool:
        outcomes = sorted(pool.map(accept, range(6)))
    assert outcomes == ["invitation_gone"] * 5 + ["joined"]
    assert Member.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_new_persons_at_once_one_joins() -> None:
    _invite(make_company())
    token = _token()

    def accept(number: int) -> str:
        try:
            accept_as_new_person(
                token, password="a-good-pass-9", first_name=str(number), last_name="", at=NOON
            )
        except Refused as refused:
            return refused.code
        finally:
            connection.close()
        return "joined"

    with ThreadPoolExecutor(max_workers=4) as pool:
        outcomes = sorted(pool.map(accept, range(4)))
    assert outcomes == ["invitation_gone"] * 3 + ["joined"]
    assert User.objects.count() == 1


def test_staff_and_company_invite_over_the_api(
    company: Company, staff_api: Api, company_api: Callable[[Company], Api]
) -> None:
    route = f"companies/{company.pk}/members/"
    answer = staff_api.send(route, {"email": "Bob@x.example", "role": "owner"})
    assert answer.status_code == 201
    assert answer.json() | {"id": "", "invited_at": "", "expires_at": ""} == {
        "id": "",
        "email": "bob@x.example",
        "role": "owner",
        "status": "invited",
        "invited_at": "",
        "expires_at": "",
    }
    mine = company_api(company)
    assert mine.send(route, {"email": "fin@x.example", "role": "finance"}).status_code == 201
    assert error_of(mine.send(route, {"email": "o@x.example", "role": "owner"})) == (
        403,
        "permission_denied",
        None,
    )
    again = staff_api.send(route, {"email": "bob@x.example", "role": "viewer"})
    assert error_of(again) == (409, "already_invited", "email")
