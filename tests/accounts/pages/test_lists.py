"""Lists: filters, chips, order, pages and exports, on the list of transactions."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, datetime, timedelta

import openpyxl
import pytest
from django.test import Client
from djmoney.money import Money

from accounts.companies.models import Company
from tests.factories import NOW, make_company, pay_in, use
from tests.portal import browser

pytestmark = pytest.mark.django_db
ADDRESS = "/portal/transactions/"


@pytest.fixture
def company() -> Company:
    """100.00 paid in, then thirty uses of 1.00, an hour apart."""
    company = make_company()
    pay_in(company, Money(100, "USD"), at=NOW)
    for hour in range(1, 31):
        use(company, net="1.00", at=NOW + timedelta(hours=hour))
    return company


@pytest.fixture
def client(company: Company) -> Client:
    return browser(company)


def balances(html: str) -> list[str]:
    """The column "Balance after", in the order of the page."""
    return re.findall(r'data-label="Balance after"><span[^>]*>([^<]+)<', html)


def link(html: str, rel: str) -> str:
    found = re.search(rf'href="([^"]+)" rel="{rel}"', html)
    assert found is not None
    return ADDRESS + found[1].replace("&amp;", "&")


def test_pages_turn_forth_and_back_without_repeating_a_row(client: Client) -> None:
    first = client.get(ADDRESS).text
    second = client.get(link(first, "next")).text
    assert balances(first)[0] == "$70.00"
    assert len(balances(first)) == 25
    assert balances(second) == [f"${amount}.00" for amount in range(95, 101)]
    assert balances(client.get(link(second, "prev")).text) == balances(first)


def test_the_order_turns_round(client: Client) -> None:
    assert balances(client.get(ADDRESS, {"sort": "oldest"}).text)[0] == "$100.00"


def test_filters_become_chips_that_lead_to_the_address_without_them(client: Client) -> None:
    html = client.get(ADDRESS, {"kind": ["usage", "payment"], "direction": "in"}).text
    assert balances(html) == ["$100.00"]
    assert 'href="?kind=usage&amp;kind=payment"' in html
    assert "Money in" in html


def test_totals_are_those_of_what_is_filtered(client: Client) -> None:
    html = client.get(ADDRESS).text
    assert re.findall(r"<dt>(\w+)</dt> <dd><span[^>]*>([^<]+)<", html) == [
        ("In", "$100.00"),
        ("Out", "−$30.00"),
        ("Change", "$70.00"),
    ]


def test_a_day_is_a_day_of_the_viewers_zone() -> None:
    company = make_company(timezone="Asia/Tokyo")
    pay_in(company, Money(10, "USD"), at=datetime(2026, 3, 10, 14, 59, tzinfo=UTC))
    pay_in(company, Money(10, "USD"), at=datetime(2026, 3, 10, 15, 1, tzinfo=UTC))
    client = browser(company)
    assert balances(client.get(ADDRESS, {"made_from": "2026-03-11"}).text) == ["$20.00"]
    assert balances(client.get(ADDRESS, {"made_through": "2026-03-10"}).text) == ["$10.00"]


def test_typing_fetches_the_results_alone(client: Client) -> None:
    part = client.get(ADDRESS, {"q": "payment"}, headers={"HX-Target": "list"}).text
    assert part.lstrip().startswith('<div class="tg-list" id="list">')
    assert balances(part) == ["$100.00"]


def test_the_export_holds_all_that_is_filtered_exactly(client: Client) -> None:
    answer = client.get(ADDRESS, {"kind": "usage", "export": "csv", "limit": "25"})
    rows = list(csv.DictReader(io.StringIO(answer.getvalue().decode())))
    assert len(rows) == 30
    assert rows[0] | {"at": ""} == {
        "at": "",
        "kind": "Usage",
        "description": "Usage",
        "document": "",
        "amount": "-1.00",
        "balance_after": "70.00",
        "currency": "USD",
    }


def test_a_text_that_a_spreadsheet_would_run_is_defused() -> None:
    company = make_company()
    company.name = "=1+1"
    company.save()
    client = browser(company)
    address = "/portal/team/?export=xlsx"
    sheet = openpyxl.load_workbook(io.BytesIO(client.get(address).getvalue())).active
    assert sheet is not None
    assert [cell.data_type for cell in sheet[2]].count("f") == 0


@pytest.mark.parametrize(
    "query",
    [
        "?cursor=rubbish",
        "?cursor=eyJhIjoxfQ",
        "?limit=-1",
        "?limit=99999999999999999999",
        "?kind=nothing",
        "?direction=%00",
        "?q=%00",
        "?q=%ED%A0%80",
        "?made_from=0001-01-01&made_through=9999-12-31",
        "?made_from=yesterday",
        "?sort=nothing",
        "?export=exe",
    ],
)
def test_an_address_that_makes_no_sense_is_no_error(client: Client, query: str) -> None:
    assert client.get(ADDRESS + query).status_code == 200
