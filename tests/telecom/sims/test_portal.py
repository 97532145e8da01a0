"""SIMs in the portal."""

from __future__ import annotations

import re

import pytest
from django.db import connection

from accounts.companies.models import Company
from accounts.people.models import Role
from telecom.sims.actions.assignment import assign_sim
from telecom.sims.actions.stock import create_sim
from telecom.sims.models import Sim
from tests.factories import BY, LONG_AGO, make_company, make_plan
from tests.portal import browser, make_member, signed_in

pytestmark = pytest.mark.django_db
FIRST, SECOND = "8949200000000000016", "8949200000000000024"


def assigned(iccid: str, company: Company) -> Sim:
    """A SIM of the company, in service, without a networked operator."""
    create_sim(iccid, by=BY, at=LONG_AGO)
    assign_sim(iccid, company=company, plan=make_plan(), starts_at=LONG_AGO, by=BY, at=LONG_AGO)
    return Sim.objects.get(iccid=iccid)


def test_the_list_shows_the_companys_own() -> None:
    company = make_company()
    assigned(FIRST, company)
    assigned(SECOND, make_company())
    html = browser(company).get("/portal/sims/").text
    assert FIRST in html
    assert SECOND not in html


def test_an_end_user_sees_only_the_sims_given_to_them_and_changes_none() -> None:
    company = make_company()
    mine, other = assigned(FIRST, company), assigned(SECOND, company)
    person = make_member(company, Role.END_USER)
    Sim.objects.filter(pk=mine.pk).update(end_user=person.user)
    client = signed_in(person)
    html = client.get("/portal/sims/").text
    assert (FIRST in html, SECOND in html) == (True, False)
    assert client.get(f"/portal/sims/{mine.iccid}/").status_code == 200
    assert client.get(f"/portal/sims/{other.iccid}/").status_code == 404
    assert client.post(f"/portal/sims/{mine.iccid}/suspend/").status_code == 403


def test_suspending_asks_first_then_the_timeline_tells_who_and_why() -> None:
    company = make_company()
    assigned(FIRST, company)
    client, address = browser(company), f"/portal/sims/{FIRST}/"
    assert "Suspend this SIM?" in client.post(f"{address}suspend/").text
    assert Sim.objects.get().status == Sim.Status.ACTIVATION_READY
    client.post(f"{address}suspend/", {"confirmed": "1"})
    html = client.get(address).text
    assert "Suspended by hand" in html
    assert f'action="{address}activate/"' in html
    client.post(f"{address}activate/")
    assert Sim.objects.get().status == Sim.Status.ACTIVE


def test_a_viewer_sees_and_a_finance_member_does_not_suspend() -> None:
    company = make_company()
    assigned(FIRST, company)
    for role in (Role.VIEWER, Role.FINANCE):
        client = browser(company, role)
        assert "/suspend/" not in client.get(f"/portal/sims/{FIRST}/").text
        assert client.post(f"/portal/sims/{FIRST}/suspend/").status_code == 403


@pytest.mark.parametrize("iccid", ["1", "8" * 500, "%00", "..%2F..", "٣٣٣"])
def test_an_iccid_that_is_none_is_not_found(iccid: str) -> None:
    assert browser(make_company()).get(f"/portal/sims/{iccid}/").status_code == 404


def test_a_count_too_long_to_make_is_an_estimate() -> None:
    company = make_company()
    Sim.objects.bulk_create(
        Sim(iccid=f"{number:019}", company=company, status_changed_at=LONG_AGO, created_at=LONG_AGO)
        for number in range(12_345)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE sim")
    html = browser(company).get("/portal/sims/").text
    assert re.search(r"about <span[^>]*>12,000</span> rows", html)
