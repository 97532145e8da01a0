"""Acts on several SIMs at once: asked for by number, done one by one, told one by one."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.companies.models import Company
from accounts.people.models import Role
from telecom.sims.actions.service import suspend_sim
from telecom.sims.models import Sim
from tests.factories import BY, LONG_AGO, make_company
from tests.portal import browser
from tests.telecom.sims.test_portal import FIRST, SECOND, assigned

pytestmark = pytest.mark.django_db
ADDRESS = "/portal/sims/bulk/"
THIRD, NONE = "8949200000000000032", "8949200000000000040"
READY, SUSPENDED = Sim.Status.ACTIVATION_READY, Sim.Status.SUSPENDED


@pytest.fixture
def company() -> Company:
    """Two SIMs in service; a third belongs to somebody else."""
    company = make_company()
    assigned(FIRST, company)
    assigned(SECOND, company)
    assigned(THIRD, make_company())
    return company


def suspended_by_the_provider(iccid: str) -> None:
    by_provider = Sim.SuspendedBy.PROVIDER
    suspend_sim(iccid, reason="Abuse", by=BY, at=LONG_AGO, suspended_by=by_provider)


def states() -> list[str]:
    return list(Sim.objects.order_by("iccid").values_list("status", flat=True))


def act(client: Client, name: str, *rows: str, confirmed: bool = True) -> str:
    sent = {"act": name, "row": list(rows), "query": "status=active"}
    return client.post(ADDRESS, sent | ({"confirmed": "1"} if confirmed else {})).text


def test_the_page_before_names_the_number_and_keeps_every_choice(company: Company) -> None:
    html = act(browser(company), "suspend", FIRST, SECOND, FIRST, confirmed=False)
    assert "Suspend 2 SIMs?" in html
    assert html.count('name="row"') == 3
    assert 'href="/portal/sims/?status=active"' in html
    assert states() == [READY, READY, READY]


def test_each_is_done_by_itself_and_a_strangers_is_like_one_that_is_not(company: Company) -> None:
    html = act(browser(company), "suspend", FIRST, THIRD, NONE, SECOND)
    assert "2 of 4 SIMs are being suspended" in html
    assert html.count("There is no such SIM.") == 2
    assert states() == [SUSPENDED, SUSPENDED, READY]


def test_what_one_is_refused_does_not_hold_up_another(company: Company) -> None:
    client = browser(company)
    act(client, "suspend", FIRST, SECOND)
    Sim.objects.filter(iccid=FIRST).update(suspended_by=Sim.SuspendedBy.PROVIDER)
    html = act(client, "activate", FIRST, SECOND)
    assert "1 of 2 SIMs are being activated" in html
    assert "Ask the provider to activate it." in html
    assert Sim.objects.get(iccid=FIRST).status == SUSPENDED
    assert Sim.objects.get(iccid=SECOND).status == Sim.Status.ACTIVE


def test_a_customer_does_not_take_over_what_the_provider_suspended(company: Company) -> None:
    suspended_by_the_provider(FIRST)
    client = browser(company)
    act(client, "suspend", FIRST)
    assert "0 of 1 SIM " in act(client, "activate", FIRST)
    assert Sim.objects.get(iccid=FIRST).suspended_by == Sim.SuspendedBy.PROVIDER


def test_nothing_chosen_is_said_on_the_list(company: Company) -> None:
    answer = browser(company).post(ADDRESS, {"act": "suspend"}, follow=True)
    assert "Choose SIMs first" in answer.text


def test_an_act_that_is_none_is_not_found(company: Company) -> None:
    sent = {"act": "archive", "row": FIRST, "confirmed": "1"}
    assert browser(company).post(ADDRESS, sent).status_code == 404


@pytest.mark.parametrize("role", [Role.FINANCE, Role.VIEWER, Role.END_USER])
def test_who_may_not_change_sims_has_no_boxes(company: Company, role: Role) -> None:
    client = browser(company, role)
    assert "data-check" not in client.get("/portal/sims/").text
    sent = {"act": "suspend", "row": FIRST, "confirmed": "1"}
    assert client.post(ADDRESS, sent).status_code == 403
    assert states() == [READY, READY, READY]


def test_who_may_has_a_box_before_every_row(company: Company) -> None:
    html = browser(company).get("/portal/sims/").text
    assert f'name="row" value="{FIRST}" form="bulk"' in html
    assert "data-check-all" in html
