"""First steps: each by what the data says, put away by each person for themselves."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries
from stdnum import luhn

from accounts.notifications.models import Mail
from billing.integrations.models import SystemState
from config import clock
from config.staff.checklist import STEPS, is_complete
from features.actions import set_value
from telecom.operators.models import Operator
from telecom.sims.actions.assignment import assign_sim
from telecom.sims.actions.stock import create_sim
from tests.config.staff.people import staff_client_of, staff_member
from tests.factories import BY, NOW, make_company, make_plan

pytestmark = pytest.mark.django_db
ICCID = "894450000000000001" + luhn.calc_check_digit("894450000000000001")


def _states(client: Client) -> dict[str, bool]:
    lines = client.get(reverse("admin:first_steps")).context["lines"]
    return {line.step.title: line.is_done for line in lines}


def test_nothing_is_done_in_the_beginning_but_the_bank_account_that_needs_no_key() -> None:
    states = _states(staff_client_of("administrator"))
    assert {title for title, is_done in states.items() if is_done} <= {"Gateway"}
    assert len(states) == len(STEPS)


def test_each_step_is_done_once_its_data_is_there() -> None:
    client = staff_client_of("administrator")

    def became(title: str) -> None:
        assert _states(client)[title]
        del left[title]

    left = {title: is_done for title, is_done in _states(client).items() if not is_done}
    Operator.objects.create(key="acme", name="Acme")
    became("Operator")
    company = make_company()
    became("Company")
    create_sim(ICCID, by=BY, at=NOW)
    became("SIMs")
    plan = make_plan()
    became("Plan")
    assign_sim(ICCID, company=company, plan=plan, starts_at=NOW, by=BY, at=NOW)
    became("Assignment")
    for key, new, title in (
        ("invoice_due_days", 14, "Account settings"),
        ("branding_legal_name", "Acme Ltd", "Profile"),
        ("support_contact", "help@acme.example", "Support contact"),
    ):
        set_value(key, value=new, reason="x", by=BY, at=clock.now())
        became(title)
    staff_member("support")
    became("Staff")
    SystemState.objects.create(system="xero", succeeded_at=NOW)
    became("Invoice integration")
    assert "Notifications" in left


def test_a_mail_counts_only_where_mails_leave(settings: object) -> None:
    client = staff_client_of("administrator")
    Mail.objects.create(
        kind="x",
        once="x",
        to="a@x.example",
        subject="x",
        text="x",
        html="x",
        status="sent",
        next_attempt_at=NOW,
        created_at=NOW,
    )
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"  # type: ignore[attr-defined]
    assert not _states(client)["Notifications"]
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"  # type: ignore[attr-defined]
    assert _states(client)["Notifications"]


def test_a_step_costs_one_query_at_most(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for step in STEPS:
        with django_assert_max_num_queries(1):
            step.is_done()
    assert not is_complete()


def test_the_dashboard_points_there_until_the_person_puts_it_away() -> None:
    mine, theirs = staff_client_of("administrator"), staff_client_of("support")
    dashboard, steps = reverse("admin:index"), reverse("admin:first_steps")
    assert b"See what is left" in mine.get(dashboard).content
    assert mine.post(steps, {"dismiss": "1"}).status_code == 302
    mine.post(steps, {"dismiss": "1"})
    assert b"See what is left" not in mine.get(dashboard).content
    assert b"See what is left" in theirs.get(dashboard).content
    mine.post(steps, {"bring_back": "1"})
    assert b"See what is left" in mine.get(dashboard).content


def test_links_lead_to_pages_that_open_and_others_are_not_offered() -> None:
    for group in ("administrator", "support", "catalog", "operations"):
        client = staff_client_of(group)
        for line in client.get(reverse("admin:first_steps")).context["lines"]:
            status = client.get(line.step.href).status_code
            assert (status == 200) is line.is_open, (group, line.step.title)


def test_who_does_not_work_here_does_not_see_it() -> None:
    assert Client().get(reverse("admin:first_steps")).status_code == 302
    assert staff_client_of().get(reverse("admin:first_steps")).status_code == 403
