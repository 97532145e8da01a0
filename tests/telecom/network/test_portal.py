"""Instances, addresses and estimates in the portal."""

from __future__ import annotations

from decimal import Decimal

import pytest

from accounts.companies.models import Company
from accounts.people.models import Role
from config import clock
from features.actions import set_value
from telecom.network.models import Address, Instance, Offering
from telecom.network.pricing import estimate
from tests.factories import BY, make_company
from tests.portal import browser
from tests.telecom.network.cloud import make_address, make_instance, make_offering, make_prices

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> Company:
    make_prices()
    return make_company(billing_type="postpaid", credit_limit=None)


@pytest.fixture
def offering() -> Offering:
    return make_offering()


def asked(offering: Offering, **more: str) -> dict[str, str]:
    numbers = {"additional_addresses": "1", "secondary_addresses": "1"}
    return {"offering": str(offering.pk), "default_address": "on"} | numbers | more


def test_an_estimate_is_run_with_the_addresses_that_it_was_for(
    company: Company, offering: Offering
) -> None:
    """0.10 + 0.005 + 0.005 + 0.002 per hour, 730 times that in a month."""
    client = browser(company)
    html = client.get("/portal/estimates/", asked(offering)).text
    assert "$0.112" in html
    assert "$81.76" in html
    answer = client.post("/portal/instances/new/", asked(offering, name="web"))
    instance = Instance.objects.get()
    assert answer.headers["Location"] == f"/portal/instances/{instance.pk}/"
    kinds = list(instance.addresses.order_by("id").values_list("kind", flat=True))
    assert kinds == ["default", "additional", "secondary"]
    assert "$0.112" in client.get(f"/portal/instances/{instance.pk}/").text


@pytest.mark.verifies("tax_inclusive", "on")
@pytest.mark.verifies("tax_inclusive", "off")
def test_prices_say_whether_tax_is_in_them(offering: Offering) -> None:
    make_prices()
    company = make_company(billing_type="postpaid", credit_limit=None, tax_percent=Decimal(19))
    instance = make_instance(company, offering, at=clock.now())
    client = browser(company)
    pages = ("estimates/", "addresses/acquire/", f"instances/{instance.pk}/")
    for page in pages:
        html = client.get(f"/portal/{page}").text
        assert "before tax" in html
        assert "tax included" not in html
    assert not estimate(company, offering=offering, at=clock.now()).includes_tax

    set_value("tax_inclusive", value=True, reason="Test", by=BY, at=clock.now())

    for page in pages:
        html = client.get(f"/portal/{page}").text
        assert "tax included" in html
        assert "before tax" not in html
    found = estimate(company, offering=offering, at=clock.now())
    assert (found.per_hour, found.includes_tax) == (Decimal("0.10"), True)


def test_an_instance_without_a_name_is_not_run_and_the_estimate_stays(
    company: Company, offering: Offering
) -> None:
    html = browser(company).post("/portal/instances/new/", asked(offering, name="")).text
    assert "This field is required" in html
    assert "$81.76" in html
    assert not Instance.objects.exists()


def test_the_page_says_what_an_address_costs_before_it_is_acquired(
    company: Company, offering: Offering
) -> None:
    client = browser(company)
    html = client.get("/portal/addresses/acquire/").text
    assert "An additional public address is charged per hour." in html
    refused = client.post("/portal/addresses/acquire/", {"kind": "default"})
    assert "belongs to an instance" in refused.text
    client.post("/portal/addresses/acquire/", {"kind": "additional"})
    address = Address.objects.get()
    assert address.subject in client.get("/portal/addresses/").text
    assert "$0.005" in client.get(f"/portal/addresses/{address.pk}/").text


def test_releasing_asks_first(company: Company, offering: Offering) -> None:
    instance = make_instance(company, offering, at=clock.now())
    address = make_address(company, at=clock.now())
    client = browser(company)
    for place in (f"instances/{instance.pk}", f"addresses/{address.pk}"):
        assert "Release" in client.post(f"/portal/{place}/release/").text
    instance.refresh_from_db()
    assert instance.released_at is None
    for place in (f"instances/{instance.pk}", f"addresses/{address.pk}"):
        client.post(f"/portal/{place}/release/", {"confirmed": "1"})
    assert not Instance.objects.filter(released_at=None).exists()
    assert not Address.objects.filter(released_at=None).exists()
    assert "Released" in client.get(f"/portal/instances/{instance.pk}/").text


@pytest.mark.parametrize("role", [Role.FINANCE, Role.VIEWER])
def test_who_may_not_change_resources_sees_them_only(
    company: Company, offering: Offering, role: Role
) -> None:
    instance = make_instance(company, offering, at=clock.now())
    client = browser(company, role)
    assert "Acquire an address" not in client.get(f"/portal/instances/{instance.pk}/").text
    assert client.get("/portal/addresses/acquire/").status_code == 403
    assert client.post(f"/portal/instances/{instance.pk}/release/").status_code == 403
    assert client.post("/portal/instances/new/", asked(offering, name="x")).status_code == 403


def test_an_end_user_has_no_such_pages(company: Company) -> None:
    client = browser(company, Role.END_USER)
    for page in ("instances", "addresses", "estimates"):
        assert client.get(f"/portal/{page}/").status_code == 403


def test_the_menu_names_them_where_there_is_an_offering_in_the_currency(company: Company) -> None:
    client = browser(company)
    assert "/portal/estimates/" not in client.get("/portal/").text
    make_offering()
    assert "/portal/estimates/" in client.get("/portal/").text


def test_the_list_of_instances_counts_their_addresses(company: Company, offering: Offering) -> None:
    client = browser(company)
    client.post("/portal/instances/new/", asked(offering, name="web"))
    [row] = client.get("/portal/instances/").context["table"].paginated_rows
    assert row.get_cell("addresses_held") == "3"
