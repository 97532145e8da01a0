"""The sandbox's page: time moves by buttons, mails are read by those whom they concern."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.test import Client

from accounts.notifications.actions import queue_mail
from accounts.notifications.models import Mail
from accounts.people.actions import add_member, create_person
from accounts.people.models import Role, User
from config import clock
from tests.factories import BY, NOW, make_company

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sandbox_clock")]


def member_with_mail(email: str) -> tuple[Client, Mail]:
    """Somebody signed in, whose company was sent a mail."""
    company, person = make_company(), create_person(email, password=None)
    add_member(company, person, role=Role.OWNER, by=BY, at=NOW)
    notice = {"heading": f"News for {email}", "body": "Read me."}
    (mail,) = queue_mail(
        "account_notice", company=company, to=[email], once="test", context=notice, at=NOW
    )
    return browser_of(person), mail


def browser_of(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def test_members_read_the_mails_of_their_companies_only() -> None:
    first, mine = member_with_mail("owner@first.example")
    second, _ = member_with_mail("owner@second.example")

    assert "News for owner@first.example" in first.get("/sandbox/").content.decode()
    assert "Read me." in first.get(f"/sandbox/mails/{mine.pk}/").content.decode()
    assert "News for owner@first.example" not in second.get("/sandbox/").content.decode()
    assert second.get(f"/sandbox/mails/{mine.pk}/").status_code == 404


def test_a_button_moves_business_time() -> None:
    client, _ = member_with_mail("owner@first.example")
    before = clock.now()
    page = client.post("/sandbox/clock/", {"by": "PT1H"}, follow=True).content.decode()
    assert "It is now" in page
    assert timedelta(hours=1) <= clock.now() - before < timedelta(hours=1, minutes=2)


@pytest.mark.parametrize("step", ["", "P1Y", "-PT1H", "nonsense\0"])
def test_only_the_steps_on_offer_are_taken(step: str) -> None:
    client, _ = member_with_mail("owner@first.example")
    assert client.post("/sandbox/clock/", {"by": step}).status_code == 404


def test_production_has_no_such_page(settings: LazySettings) -> None:
    client, mail = member_with_mail("owner@first.example")
    settings.SANDBOX_CLOCK_FILE = ""
    assert client.get("/sandbox/").status_code == 404
    assert client.get(f"/sandbox/mails/{mail.pk}/").status_code == 404
    assert client.post("/sandbox/clock/", {"by": "PT1H"}).status_code == 404
