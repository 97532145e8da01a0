"""Balance and statement over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from djmoney.money import Money
from pytest_django.fixtures import DjangoAssertNumQueries

from accounts.companies.models import Company
from billing.insight.balances import balance_view
from billing.ledger.holds import place_hold
from billing.metering.models import DayTotal
from billing.recharges.models import Recharge, RechargeRule
from features.actions import set_value
from tests.accounts.access.client import Api, error_of
from tests.factories import BY, NOW, make_company, new_key, pay_in, use

pytestmark = pytest.mark.django_db
CompanyApi = Callable[[Company], Api]
D = Decimal
DAY = timedelta(days=1)


def consume(company: Company, *, days_ago: int, amount: str) -> None:
    DayTotal.objects.create(
        company=company,
        day=(NOW - days_ago * DAY).date(),
        kind="usage",
        quantity=1,
        amount=D(amount),
        tax=0,
    )


def test_the_balance_shows_what_the_contract_names(company_api: CompanyApi) -> None:
    company = make_company(minimum_balance=D(-5))
    pay_in(company, Money("100.00", "USD"))
    use(company, net="10", tax="2.5")
    place_hold(
        company,
        amount=Money(3, "USD"),
        reference="s",
        expires_in=DAY,
        key=new_key(),
        at=NOW,
    )
    RechargeRule.objects.create(
        company=company, enabled=True, threshold=25, recharge_to=500, changed_at=NOW
    )
    shown = company_api(company).read(f"companies/{company.pk}/balance/").json()
    assert shown.pop("as_of").endswith("Z")
    assert shown == {
        "currency": "USD",
        "available": "84.5",
        "displayed_balance": "84.5",
        "uninvoiced": "12.5",
        "held": "3",
        "floor": "-5",
        "threshold": "25",
        "recharge_to": "500",
        "open_recharge": None,
        "forecast": None,
    }


def test_without_a_rule_or_a_limit_there_is_null(staff_api: Api) -> None:
    company = make_company(billing_type="postpaid", credit_limit=None)
    shown = staff_api.read(f"companies/{company.pk}/balance/").json()
    assert (shown["floor"], shown["threshold"], shown["recharge_to"]) == (None, None, None)


def test_an_open_recharge_is_shown(staff_api: Api) -> None:
    company = make_company()
    recharge = Recharge.objects.create(
        company=company,
        trigger="auto",
        amount=Money(475, "USD"),
        key=new_key(),
        by="system",
        created_at=NOW,
    )
    shown = staff_api.read(f"companies/{company.pk}/balance/").json()["open_recharge"]
    assert (shown["id"], shown["status"]) == (str(recharge.pk), "pending")
    assert shown["amount"] == {"amount": "475.00", "currency": "USD"}


@pytest.mark.parametrize(
    ("position", "seen"),
    [
        pytest.param(
            "off", "0", marks=pytest.mark.verifies("prepaid_negative_balance_display", "off")
        ),
        pytest.param(
            "on", "-3", marks=pytest.mark.verifies("prepaid_negative_balance_display", "on")
        ),
    ],
)
def test_a_negative_prepaid_balance_in_both_positions_of_the_feature(
    staff_api: Api, company_api: CompanyApi, position: str, seen: str
) -> None:
    shows = position == "on"
    set_value("prepaid_negative_balance_display", value=shows, reason="Test", by=BY, at=NOW)
    company = make_company(billing_type="prepaid")
    use(company, net="3")
    route = f"companies/{company.pk}/balance/"
    customer, staff = company_api(company).read(route).json(), staff_api.read(route).json()
    assert (customer["available"], customer["displayed_balance"]) == (seen, seen)
    assert (staff["available"], staff["displayed_balance"]) == ("-3", seen)


def test_the_forecast_looks_at_full_days_since_the_first_consumption() -> None:
    company = make_company()
    pay_in(company, Money(10, "USD"))
    for days_ago in (0, 1, 2, 3):
        consume(company, days_ago=days_ago, amount="2")
    told = balance_view(company, at=NOW).forecast
    assert told is not None
    assert told.runs_out_p50 == told.runs_out_p90 == NOW + 5 * DAY


def test_the_number_of_statements_does_not_grow(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    company = make_company()
    consume(company, days_ago=1, amount="2")
    with django_assert_num_queries(6):
        balance_view(company, at=NOW)


def test_a_strangers_balance_is_not_there(company_api: CompanyApi) -> None:
    stranger, api = make_company(), company_api(make_company())
    assert api.read(f"companies/{stranger.pk}/balance/").status_code == 404
    assert api.read(f"companies/{stranger.pk}/statement/").status_code == 404


def test_a_statement_gathers_consumption_by_day_and_adds_up(company_api: CompanyApi) -> None:
    """Days are those of the company: 16:00 UTC is already the next day in Tokyo."""
    company = make_company(timezone="Asia/Tokyo")
    pay_in(company, Money(100, "USD"), at=NOW)
    use(company, net="1", at=NOW + timedelta(hours=1))
    use(company, net="2", tax="0.4", at=NOW + timedelta(hours=2))
    use(company, net="4", at=NOW + timedelta(hours=4))
    pay_in(company, Money(50, "USD"), at=NOW + timedelta(hours=5))
    route = f"companies/{company.pk}/statement/"
    told = company_api(company).read(route, **{"from": "2026-03-01", "to": "2026-03-31"}).json()
    assert (told["opening_balance"], told["closing_balance"]) == ("0", "142.6")
    rows = [(m["kind"], m["amount"], m["balance"]) for m in told["movements"]]
    assert rows == [
        ("payment", "100", "100"),
        ("usage", "-3.4", "96.6"),
        ("usage", "-4", "92.6"),
        ("payment", "50", "142.6"),
    ]


def test_a_statement_is_a_pdf_too(staff_api: Api) -> None:
    company = make_company()
    pay_in(company, Money(100, "USD"))
    answer = staff_api.read(f"companies/{company.pk}/statement/", format="pdf")
    assert answer["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF")


def test_a_bad_range_or_format_is_named(staff_api: Api) -> None:
    route = f"companies/{make_company().pk}/statement/"
    assert error_of(staff_api.read(route, format="docx")) == (400, "invalid_choice", "format")
    assert error_of(staff_api.read(route, to="soon"))[2] == "to"
