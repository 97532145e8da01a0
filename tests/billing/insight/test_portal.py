"""The dashboard, the balance page, the statement of account."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from djmoney.money import Money

from accounts.companies.models import Company
from billing.recharges.queries import alert_of, rule_of
from config import clock
from tests.factories import make_company, pay_in, use
from tests.portal import browser

pytestmark = pytest.mark.django_db
RULE, ALERT = "/portal/balance/recharge-rule/", "/portal/balance/alert/"


@pytest.fixture
def company() -> Company:
    """500.00 paid in two days ago, 125.00 and its tax of 25.00 used yesterday."""
    now = clock.now()
    company = make_company(at=now - timedelta(days=3))
    pay_in(company, Money(500, "USD"), at=now - timedelta(days=2))
    use(company, net="125.00", tax="25.00", at=now - timedelta(days=1))
    return company


@pytest.fixture
def client(company: Company) -> Client:
    return browser(company)


def drawn(html: str, chart: str) -> dict[str, list[dict[str, list[str]]]]:
    """What the page hands to the chart."""
    found = re.search(rf'<script id="{chart}" type="application/json">(.*?)</script>', html)
    assert found is not None
    data: dict[str, list[dict[str, list[str]]]] = json.loads(found[1])
    return data


def test_the_dashboard_tells_balance_and_what_is_not_invoiced(client: Client) -> None:
    html = client.get("/portal/").text
    assert "$350.00" in html
    assert "$150.00" in html
    assert html.count("<h1") == 1


def test_the_curve_shows_the_balance_at_the_end_of_each_day(client: Client) -> None:
    values = drawn(client.get("/portal/balance/").text, "curve")["series"][0]["values"]
    assert [Decimal(value) for value in values[-3:]] == [500, 350, 350]
    assert Decimal(values[0]) == 0


def test_the_rule_is_saved_and_its_threshold_crosses_the_curve(
    client: Client, company: Company
) -> None:
    form = {"enabled": "on", "threshold": "25", "recharge_to": "500,00", "monthly_cap": ""}
    assert client.post(RULE, form).status_code == 302
    rule = rule_of(company)
    assert rule is not None
    assert (rule.threshold, rule.recharge_to) == (Decimal(25), Decimal(500))
    assert rule.monthly_cap is None
    lines = drawn(client.get("/portal/balance/").text, "curve")["lines"]
    assert [Decimal(str(line["value"])) for line in lines] == [25]


@pytest.mark.parametrize(
    ("threshold", "recharge_to", "says"),
    [
        ("500", "500", "must be above the threshold"),
        ("-1", "500", "must not be below it"),
        ("25", "30", "below the minimum of 10.00 USD"),
        ("many", "500", "plain decimal number"),
    ],
)
def test_a_rule_that_cannot_work_is_refused_beside_its_field(
    client: Client, company: Company, threshold: str, recharge_to: str, says: str
) -> None:
    form = {"enabled": "on", "threshold": threshold, "recharge_to": recharge_to}
    answer = client.post(RULE, form)
    assert says in answer.text
    assert 'id="id_threshold"' in answer.text
    assert rule_of(company) is None


def test_the_alert_takes_several_addresses_and_names_the_wrong_one(
    client: Client, company: Company
) -> None:
    form = {"enabled": "on", "limit": "200", "emails": "a@x.example, b@x.example\nc@x.example"}
    assert client.post(ALERT, form).status_code == 302
    alert = alert_of(company)
    assert alert is not None
    assert alert.emails == ["a@x.example", "b@x.example", "c@x.example"]
    answer = client.post(ALERT, form | {"emails": "a@x.example not-one"})
    assert "not-one is not an e-mail address." in answer.text


def test_the_statement_begins_and_ends_with_a_balance(client: Client) -> None:
    html = client.get("/portal/statements/", {"first": "2000-01-01", "last": "2000-12-31"}).text
    assert "Nothing moved" in html
    today = clock.now().date()
    days = {"first": str(today - timedelta(days=2)), "last": str(today)}
    html = client.get("/portal/statements/", days).text
    assert re.findall(r"<dd><span[^>]*>([^<]+)<", html) == ["$0.00", "$350.00"]
    pdf = client.get("/portal/statements/", days | {"format": "pdf"})
    assert pdf.content.startswith(b"%PDF")


@pytest.mark.parametrize(
    "days",
    [
        {"first": "2026-02-01", "last": "2026-01-01"},
        {"first": "0001-01-01", "last": "9999-12-31"},
        {"first": "9999-12-31", "last": "9999-12-31"},
        {"first": "yesterday"},
        {"last": "\x00"},
    ],
)
def test_days_that_make_no_sense_are_no_error(client: Client, days: dict[str, str]) -> None:
    for page in ("/portal/balance/", "/portal/statements/"):
        assert client.get(page, days).status_code == 200
