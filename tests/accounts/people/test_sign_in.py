"""Signing in by e-mail: password, second factor, reset; staff need the second factor."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.core.cache import cache
from django.test import Client
from pytest_django.fixtures import Settings

from accounts.notifications.models import Mail
from accounts.people.models import User
from tests.accounts.companies.rows import make_company, make_member, make_user

PASSWORD = "a-good-pass-9"
SECRET = "JBSWY3DPEHPK3PXP"


@pytest.fixture(autouse=True)
def fresh_limits(db: None) -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def bob() -> User:
    return make_member(make_company(), user=make_user("bob@x.example")).user


@pytest.fixture
def anna() -> User:
    anna = make_user("anna@x.example", is_staff=True)
    anna.is_superuser = True
    anna.save()
    return anna


def _sign_in(client: Client, email: str, password: str = PASSWORD, next_page: str = "") -> str:
    """Where the sign-in leads to, or "" when it shows the form again."""
    answer = client.post(
        "/accounts/login/", {"login": email, "password": password, "next": next_page}
    )
    return str(answer.headers.get("Location", ""))


def _code() -> str:
    return str(format_hotp_value(hotp_value(SECRET, next(yield_hotp_counters_from_time()))))


def test_a_member_comes_to_the_portal(client: Client, bob: User) -> None:
    assert _sign_in(client, "BOB@x.example") == "/portal/"
    assert client.session["_auth_user_id"] == str(bob.pk)


def test_staff_without_a_company_come_to_the_admin(client: Client, anna: User) -> None:
    assert _sign_in(client, "anna@x.example") == "/admin/"


@pytest.mark.parametrize("email", ["bob@x.example", "nobody@x.example", "", "a\x00b", "x" * 5000])
def test_a_wrong_password_or_person_shows_the_form_again(
    client: Client, bob: User, email: str
) -> None:
    assert _sign_in(client, email, "wrong") == ""
    assert "_auth_user_id" not in client.session


def test_guessing_is_slowed_down(client: Client, bob: User) -> None:
    answers = [
        client.post("/accounts/login/", {"login": "bob@x.example", "password": f"guess {n}"})
        for n in range(12)
    ]
    assert "Too many failed login attempts" in answers[-1].content.decode()
    assert _sign_in(client, "bob@x.example") == ""


def test_nobody_signs_up_without_a_company(client: Client) -> None:
    answer = client.post(
        "/accounts/signup/",
        {"email": "eve@x.example", "password1": PASSWORD, "password2": PASSWORD},
    )
    assert answer.headers["Location"] == "/signup/"
    assert not User.objects.exists()


def test_a_forgotten_password_is_set_by_mail(client: Client, bob: User) -> None:
    client.post("/accounts/password/reset/", {"email": "bob@x.example"})
    mail = Mail.objects.get(kind="password_reset")
    assert mail.to == "bob@x.example"
    link = re.search(r"https?://[^/]+(/accounts/password/reset/key/\S+)", mail.text)
    assert link is not None
    assert mail.secret in link[1]
    form = client.get(link[1], follow=True)
    client.post(
        form.redirect_chain[-1][0], {"password1": "another-pass-9", "password2": "another-pass-9"}
    )
    assert _sign_in(Client(), "bob@x.example", "another-pass-9") == "/portal/"
    notice = Mail.objects.get(kind="account_notice")
    assert "127.0.0.1" in notice.text
    assert "write to us" in notice.text


def test_a_reset_for_nobody_says_the_same_and_tells_the_address(client: Client) -> None:
    answer = client.post("/accounts/password/reset/", {"email": "nobody@x.example"})
    assert answer.headers["Location"] == "/accounts/password/reset/done/"
    mail = Mail.objects.get()
    assert mail.subject == "No account with this address"
    assert "signup" not in mail.text


def test_with_a_second_factor_the_password_is_not_enough(client: Client, bob: User) -> None:
    TOTP.activate(bob, SECRET)
    assert _sign_in(client, "bob@x.example") == "/accounts/2fa/authenticate/"
    assert "_auth_user_id" not in client.session
    wrong = client.post("/accounts/2fa/authenticate/", {"code": "000000"})
    assert "_auth_user_id" not in client.session, wrong.status_code
    right = client.post("/accounts/2fa/authenticate/", {"code": _code()})
    assert right.headers["Location"] == "/portal/"


def test_the_admins_own_sign_in_is_this_one(client: Client) -> None:
    answer = client.get("/admin/", follow=True)
    assert answer.redirect_chain[-1][0].startswith("/accounts/login/")


def test_members_do_not_reach_the_admin(client: Client, bob: User) -> None:
    client.force_login(bob)
    assert client.get("/admin/", follow=True).status_code == 403


def test_staff_must_set_up_a_second_factor_in_production(
    client: Client, anna: User, settings: Settings
) -> None:
    settings.STAFF_MFA_REQUIRED = True
    client.force_login(anna)
    assert client.get("/admin/").headers["Location"] == "/accounts/2fa/"
    assert client.get("/portal/company/").headers["Location"] == "/accounts/2fa/"
    assert client.get("/accounts/2fa/").status_code == 200
    TOTP.activate(anna, SECRET)
    assert client.get("/admin/").status_code == 200


def test_in_the_sandbox_staff_may_do_without(client: Client, anna: User) -> None:
    client.force_login(anna)
    assert client.get("/admin/").status_code == 200


def test_a_person_taken_off_the_list_is_out_at_once(client: Client, bob: User) -> None:
    client.force_login(bob)
    bob.is_active = False
    bob.save()
    assert client.get("/portal/company/").status_code in (302, 405)
    assert _sign_in(Client(), "bob@x.example") in ("", "/accounts/inactive/")
