"""Each place that a feature is said to change obeys it: pages, what they link to, and the API."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.test import Client

from accounts.companies.models import Company
from billing.invoicing.models import Invoice
from billing.payments.models import Payment
from billing.recharges.tasks import attempt_recharges, open_due_recharges
from config import clock
from features.actions import set_value
from tests.accounts.access.client import Api, error_of
from tests.billing.invoicing.months import CLOSED_AT, issue, use_as_charged
from tests.billing.payments.cards import WORKS, save_card
from tests.billing.recharges.companies import company_with_rule
from tests.billing.topups.asking import ask
from tests.factories import BY, NOW, credit, make_company, use
from tests.portal import browser, form_key

pytestmark = pytest.mark.django_db
ApiOf = Callable[[Company], Api]
BANK = "Bank of Examples, IBAN IE29"
PAGES = (
    "/portal/",
    "/portal/balance/",
    "/portal/transactions/",
    "/portal/charges/",
    "/portal/payments/",
    "/portal/payments/recharges/",
    "/portal/payments/top-up-invoices/",
    "/portal/statements/",
    "/portal/profile/",
)
PAYING = re.compile(r'href="(/portal/(?:[^"]+/)?pay/[^"]*)"')


def _set(key: str, value: object) -> None:
    set_value(key, value=value, reason="test", by=BY, at=clock.now())


def _owing() -> tuple[Company, Invoice]:
    company = make_company(billing_type="postpaid", credit_limit=None)
    use_as_charged(company, net="12")
    return company, issue(company, at=CLOSED_AT)


def _links(client: Client, wanted: re.Pattern[str], pages: tuple[str, ...]) -> dict[str, list[str]]:
    """The links of that kind by the page they stand on."""
    found = {page: wanted.findall(client.get(page).text) for page in pages}
    return {page: links for page, links in found.items() if links}


@pytest.mark.verifies("portal_payment", "off")
def test_without_payment_in_the_portal_nothing_leads_to_it_and_each_way_shows_the_bank(
    company_api: ApiOf,
) -> None:
    _set("portal_payment", False)
    _set("bank_details", BANK)
    company, invoice = _owing()
    top_up = ask(company, "50")
    demand = f"/portal/payments/top-up-invoices/{top_up.pk}/"
    client, api = browser(company), company_api(company)
    pages = (*PAGES, f"/portal/invoices/{invoice.pk}/", demand)
    assert _links(client, PAYING, pages) == {}
    for page in ("/portal/pay/", "/portal/profile/payment/", f"/portal/invoices/{invoice.pk}/pay/"):
        answer = client.get(page)
        assert (page, answer.status_code, BANK in answer.text) == (page, 403, True)
    calls = {
        f"companies/{company.pk}/recharges/": {"amount": {"amount": "20", "currency": "USD"}},
        f"companies/{company.pk}/payment-methods/": {"token": WORKS},
        f"invoices/{invoice.pk}/pay/": {},
        f"companies/{company.pk}/top-up-invoices/{top_up.pk}/pay/": {},
    }
    for route, body in calls.items():
        told = api.send(route, body, key=f"key-{len(route)}")
        assert (route, error_of(told)[:2]) == (route, (403, "portal_payment_off"))
        assert BANK in told.content.decode(), route


@pytest.mark.parametrize(
    "position",
    [
        pytest.param(False, marks=pytest.mark.verifies("invoice_menu", "off")),
        pytest.param(True, marks=pytest.mark.verifies("invoice_menu", "on")),
    ],
)
def test_a_statement_leads_to_invoices_only_while_they_are_shown(*, position: bool) -> None:
    company, invoice = _owing()
    _set("invoice_menu", position)
    issued = CLOSED_AT.date().isoformat()
    page = browser(company).get(f"/portal/statements/?first={issued}&last={issued}").text
    assert str(invoice.number) in page
    assert (f"/portal/invoices/{invoice.pk}/" in page) is position


@pytest.mark.verifies("invoice_menu", "off")
def test_without_invoices_in_the_portal_nothing_leads_to_them_and_paying_still_works(
    company_api: ApiOf, stripe_sandbox: object
) -> None:
    company, invoice = _owing()
    _set("invoice_menu", False)
    client, api = browser(company), company_api(company)
    read = re.compile(r'href="(/portal/invoices/(?![^"]*/pay/)[^"]*)"')
    assert _links(client, read, PAGES) == {}
    one = f"/portal/invoices/{invoice.pk}/"
    gone = (one, f"{one}pdf/", f"{one}xlsx/", "/portal/invoices/")
    assert [client.get(page).status_code for page in gone] == [404] * 4
    of_one = ("", "pdf/", "xlsx/", "dunning/")
    routes = ["invoices/", *(f"invoices/{invoice.pk}/{part}" for part in of_one)]
    routes += [f"exports/{dataset}/" for dataset in ("invoices", "invoice-lines", "tax")]
    assert {route: api.read(route).status_code for route in routes} == dict.fromkeys(routes, 404)
    card = save_card(company)
    paid = client.post(f"{one}pay/", {"key": form_key(client, f"{one}pay/"), "card": str(card.pk)})
    assert paid.status_code == 302
    assert client.get(paid.headers["Location"]).status_code == 200
    invoice.refresh_from_db()
    assert invoice.status == "paid"


def _figures(client: Client) -> dict[str, int]:
    """How often it stands on each page on which it does."""
    found = {page: client.get(page).text.count("−$20.00") for page in PAGES}
    return {page: times for page, times in found.items() if times}


@pytest.mark.parametrize(
    "position",
    [
        pytest.param(False, marks=pytest.mark.verifies("prepaid_negative_balance_display", "off")),
        pytest.param(True, marks=pytest.mark.verifies("prepaid_negative_balance_display", "on")),
    ],
)
def test_a_negative_prepaid_balance_stands_nowhere_unless_it_is_shown(
    company_api: ApiOf, *, position: bool
) -> None:
    """25.00 used of 5.00: −20.00. That is also what the movements come to, which is no balance; and
    a statement, which is a document, adds up in either position."""
    company = make_company()
    credit(company, "5")
    use(company, net="25")
    _set("prepaid_negative_balance_display", position)
    shown = _figures(browser(company))
    del shown["/portal/statements/"]
    if position:
        assert shown["/portal/transactions/"] > 1
        assert {"/portal/", "/portal/balance/"} <= set(shown)
    else:
        assert shown == {"/portal/transactions/": 1}
    told = company_api(company).read(f"companies/{company.pk}/balance/").content.decode()
    assert ('"-20"' in told) is position


@pytest.mark.verifies("maximum_prepaid_recharge", "changed")
def test_an_automatic_recharge_charges_at_most_the_maximum_and_says_so(
    stripe_sandbox: object,
) -> None:
    """Down to 20.00, back to 500.00 would be 480.00: 100.00 at a time."""
    limit = Decimal(100)
    set_value("maximum_prepaid_recharge", value=limit, reason="test", by=BY, at=NOW)
    company = company_with_rule(balance="100")
    use(company, net="80")
    open_due_recharges(at=NOW)
    attempt_recharges(at=NOW)
    assert Payment.objects.get(company=company).amount.amount == 100
    html = browser(company).get("/portal/payments/recharges/").text
    assert "maximum" in html.lower()
