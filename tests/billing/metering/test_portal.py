"""Charges in the portal: from the list to how one amount came about."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client

from accounts.companies.models import Company
from billing.catalog.terms import PriceTerms
from billing.metering.models import Charge
from tests.billing.metering.usage import MB, record, send
from tests.billing.payments.cards import usd
from tests.factories import NOW, make_company, make_plan, make_subscription, pay_in
from tests.portal import browser

pytestmark = pytest.mark.django_db
ADDRESS = "/portal/charges/"


@pytest.fixture
def company() -> Company:
    """Two megabytes in Germany and one in France, at 0.01 and 0.02 per MB."""
    company = make_company()
    pay_in(company, usd("100"))
    prices = (PriceTerms(Decimal("0.01")), PriceTerms(Decimal("0.02"), country="FR"))
    make_subscription(company, make_plan(*prices), subject="truck-7")
    send(
        record("truck-7", 2 * MB, country="DE", name="first"),
        record("truck-7", MB, country="FR", name="second", at=NOW + timedelta(days=1)),
    )
    return company


@pytest.fixture
def client(company: Company) -> Client:
    return browser(company)


def test_each_record_is_there_with_its_price(client: Client) -> None:
    html = client.get(ADDRESS).text
    assert "France" in html
    assert "Germany" in html
    assert html.count('title="0.02 USD"') >= 2


def test_filters_find_the_record(client: Client) -> None:
    assert "Germany" not in client.get(ADDRESS, {"q": "second"}).text
    assert "France" not in client.get(ADDRESS, {"used_through": str(NOW.date())}).text
    assert "Nothing matches" in client.get(ADDRESS, {"subject": "truck-8"}).text


def test_one_charge_explains_itself(client: Client) -> None:
    charge = Charge.objects.get(external_id="second")
    html = client.get(f"{ADDRESS}{charge.pk}/").text
    assert "0.02 USD per MB" in html
    assert "How it came about" in html


def test_another_company_sees_none_of_it(company: Company) -> None:
    stranger = browser(make_company())
    charge = Charge.objects.get(external_id="first")
    assert "truck-7" not in stranger.get(ADDRESS, {"subject": "truck-7"}).text.split("</form>")[-1]
    assert stranger.get(f"{ADDRESS}{charge.pk}/").status_code == 404


@pytest.mark.parametrize(
    "query", ["?period=x", "?price=%00", "?meter=nothing", "?subject=%00", "?used_from=9999-99-99"]
)
def test_filters_that_make_no_sense_are_no_error(client: Client, query: str) -> None:
    assert client.get(ADDRESS + query).status_code == 200
