"""The sandbox's page: time moves by buttons, mails are read by those whom they concern."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.test import Client

from accounts.jobs.journeys import PATIENCE, last_journey, note, set_out, write
from accounts.notifications.actions import queue_mail
from accounts.notifications.models import Mail
from accounts.people.actions import add_member, create_person
from accounts.people.models import Role, User
from config import clock
from config.tasks import live_through
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


def test_a_button_has_a_worker_move_business_time() -> None:
    client, _ = member_with_mail("owner@first.example")
    before = clock.now()
    page = client.post("/sandbox/clock/", {"by": "P1D"}, follow=True).content.decode()
    assert "A worker is about to begin." in page
    assert client.get("/sandbox/clock/").headers.get("HX-Refresh") is None
    journey = last_journey()
    assert journey is not None

    live_through(journey[0].to.isoformat())
    assert timedelta(days=1) <= clock.now() - before < timedelta(days=1, minutes=2)
    assert client.get("/sandbox/clock/").headers["HX-Refresh"] == "true"
    assert " stops in " in client.get("/sandbox/").content.decode()


def test_the_page_says_how_far_the_clock_is_and_offers_no_second_way() -> None:
    """Two and a half of thirty days: day 3, 8 %."""
    client, _ = member_with_mail("owner@first.example")
    journey = set_out(to=clock.now() + timedelta(days=30))
    now = journey.start + timedelta(days=2, hours=12)
    note(replace(journey, now=now, steps=60, counts={"rate_inbox": 1234}))

    page = client.get("/sandbox/").content.decode()
    assert "Day 3 of 30, 8 %" in page
    assert "Rate inbox" in page
    assert "1,234" in page
    assert 'name="by"' not in page
    again = client.post("/sandbox/clock/", {"by": "P1D"}, follow=True).content.decode()
    assert "Time is passing already." in again
    assert "Day 3 of 30" in again


def test_a_way_that_nobody_goes_any_more_may_be_begun_anew() -> None:
    """Nothing was noted for longer than the patience, and nobody holds the clock."""
    client, _ = member_with_mail("owner@first.example")
    journey = set_out(to=clock.now() + timedelta(days=30))
    write(replace(journey, steps=60, noted_at=clock.wall() - PATIENCE - timedelta(seconds=1)))

    page = client.get("/sandbox/").content.decode()
    assert "Time stopped on the way" in page
    assert 'name="by"' in page


def test_the_page_says_why_time_did_not_pass() -> None:
    client, _ = member_with_mail("owner@first.example")
    live_through((clock.now() - timedelta(hours=1)).isoformat())
    assert "Time did not pass" in client.get("/sandbox/").content.decode()


@pytest.mark.parametrize("step", ["", "P1Y", "-PT1H", "nonsense\0"])
def test_only_the_steps_on_offer_are_taken(step: str) -> None:
    client, _ = member_with_mail("owner@first.example")
    assert client.post("/sandbox/clock/", {"by": step}).status_code == 404


def test_production_has_no_such_page(settings: LazySettings) -> None:
    client, mail = member_with_mail("owner@first.example")
    settings.SANDBOX_CLOCK_FILE = ""
    assert client.get("/sandbox/").status_code == 404
    assert client.get(f"/sandbox/mails/{mail.pk}/").status_code == 404
    assert client.get("/sandbox/clock/").status_code == 404
    assert client.post("/sandbox/clock/", {"by": "PT1H"}).status_code == 404
