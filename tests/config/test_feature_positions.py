"""What each position of a feature does, seen by the customer's browser and key."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.urls import reverse

from accounts.companies.models import Company
from billing.catalog.terms import PriceTerms
from billing.insight.tasks import refresh_costs
from config import clock
from features.actions import set_value
from tests.accounts.access.client import Api
from tests.billing.metering.usage import MB, record, send
from tests.factories import BY, make_company, make_plan, make_subscription
from tests.portal import browser

pytestmark = pytest.mark.django_db
ApiOf = Callable[[Company], Api]


def _set(key: str, value: object) -> None:
    set_value(key, value=value, reason="test", by=BY, at=clock.now())


@pytest.mark.verifies("portal_payment", "on")
def test_customers_reach_the_pages_on_which_they_pay() -> None:
    client = browser(make_company())
    assert client.get(reverse("portal:pay")).status_code == 200
    assert client.get(reverse("portal:payment-settings")).status_code == 200
    assert reverse("portal:pay") in client.get("/portal/").text


@pytest.mark.verifies("invoice_menu", "on")
def test_customers_see_their_invoices(company_api: ApiOf) -> None:
    company = make_company()
    client = browser(company)
    assert client.get(reverse("portal:invoices")).status_code == 200
    assert reverse("portal:invoices") in client.get("/portal/").text
    assert company_api(company).read("invoices/").status_code == 200


@pytest.mark.verifies("invoice_menu", "off")
def test_keys_of_customers_do_not_find_invoices_either(company_api: ApiOf, staff_api: Api) -> None:
    _set("invoice_menu", False)
    assert company_api(make_company()).read("invoices/").status_code == 404
    assert staff_api.read("invoices/").status_code == 200


@pytest.mark.parametrize(
    "decimals",
    [
        pytest.param(2, marks=pytest.mark.verifies("cost_decimal_points", "default")),
        pytest.param(4, marks=pytest.mark.verifies("cost_decimal_points", "changed")),
    ],
)
def test_costs_show_so_many_decimals(decimals: int) -> None:
    """1.2345678 consumed: on the dashboard 1.23, or 1.2346."""
    _set("cost_decimal_points", decimals)
    company, now = make_company(at=clock.now()), clock.now()
    make_subscription(company, make_plan(PriceTerms(Decimal("1.2345678"))), subject="sim")
    send(record("sim", MB, at=now), at=now)
    refresh_costs(at=now)
    html = browser(company).get("/portal/").text
    assert "1.23" in html
    assert ("1.2346" in html) is (decimals == 4)
