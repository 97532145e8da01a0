"""Transactions and adjustments over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from djmoney.money import Money

from accounts.companies.models import Company
from billing.ledger.queries import balance
from features.actions import set_value
from tests.accounts.access.client import Api, error_of, staff_client
from tests.factories import BY, NOW, make_company, pay_in, use

pytestmark = pytest.mark.django_db
CompanyApi = Callable[[Company], Api]
DAY = timedelta(days=1)


def test_transactions_are_the_ledger_as_the_customer_sees_it(company_api: CompanyApi) -> None:
    company = make_company()
    pay_in(company, Money(100, "USD"), at=NOW)
    use(company, net="10", tax="2", at=NOW + DAY)
    rows = company_api(company).read(f"companies/{company.pk}/transactions/").json()["results"]
    assert [(row["kind"], row["amount"], row["balance_after"]) for row in rows] == [
        ("usage", "-12", "88"),
        ("payment", "100", "100"),
    ]
    assert rows[0]["occurred_at"] == "2026-03-11T12:00:00Z"
    assert set(rows[0]) == {
        "id",
        "kind",
        "currency",
        "amount",
        "balance_after",
        "occurred_at",
        "description",
        "document",
    }


def test_they_are_filtered_by_kind_and_time(company_api: CompanyApi) -> None:
    company = make_company(timezone="Asia/Tokyo")
    for day in range(4):
        pay_in(company, Money(1 + day, "USD"), at=NOW + day * DAY)
    use(company, net="1", at=NOW + 4 * DAY)
    api, route = company_api(company), f"companies/{company.pk}/transactions/"

    def amounts(**query: str) -> list[str]:
        return [row["amount"] for row in api.read(route, **query).json()["results"]]

    assert amounts(kind="usage") == ["-1"]
    assert amounts(**{"from": "2026-03-11", "to": "2026-03-12"}) == ["3", "2"]
    assert amounts(**{"from": "2026-03-11T12:00:00Z", "to": "2026-03-12T12:00:00Z"}) == ["2"]
    for query in ({"from": "yesterday"}, {"to": "2026-13-01"}, {"from": "2026-03-11T12:00:00"}):
        assert error_of(api.read(route, **query)) == (400, "invalid_time", next(iter(query)))
    assert error_of(api.read(route, **{"from": "2026-03-12", "to": "2026-03-10"}))[2] == "to"
    assert error_of(api.read(route, to="9999-12-31"))[2] == "to"
    assert api.read(route, kind="theft").status_code == 400


def test_pages_follow_one_another(company_api: CompanyApi) -> None:
    company = make_company()
    for day in range(5):
        pay_in(company, Money(1 + day, "USD"), at=NOW + day * DAY)
    api = company_api(company)
    first = api.read(f"companies/{company.pk}/transactions/", limit="3").json()
    second = api.read(first["next"]).json()
    amounts = [row["amount"] for page in (first, second) for row in page["results"]]
    assert amounts == ["5", "4", "3", "2", "1"]


def test_another_companys_transactions_are_not_there(company_api: CompanyApi) -> None:
    stranger = make_company()
    api = company_api(make_company())
    assert api.read(f"companies/{stranger.pk}/transactions/").status_code == 404


def test_a_company_key_sees_a_negative_prepaid_balance_only_when_switched_on(
    staff_api: Api, company_api: CompanyApi
) -> None:
    company = make_company(billing_type="prepaid")
    use(company, net="3")
    route = f"companies/{company.pk}/transactions/"

    def shown(api: Api) -> str:
        return str(api.read(route).json()["results"][0]["balance_after"])

    assert (shown(staff_api), shown(company_api(company))) == ("-3", "0")
    set_value("prepaid_negative_balance_display", value=True, reason="Clear", by=BY, at=NOW)
    assert shown(company_api(company)) == "-3"


def body(company: Company, amount: str, **more: str) -> dict[str, object]:
    return {
        "company": str(company.pk),
        "amount": {"amount": amount, "currency": "USD"},
        "reason": "Outage of 3 March",
        **more,
    }


def test_staff_adjust_a_balance_once_per_key(staff_api: Api) -> None:
    company = make_company()
    first = staff_api.send("adjustments/", body(company, "-12.345"), key="a")
    again = staff_api.send("adjustments/", body(company, "-12.345"), key="a")
    assert (first.status_code, first.json()["status"]) == (201, "booked")
    assert first.json()["amount"] == {"amount": "-12.345", "currency": "USD"}
    assert (again.json(), again["Idempotent-Replayed"]) == (first.json(), "true")
    assert str(balance(company).balance) == "-12.345000000000"
    other = staff_api.send("adjustments/", body(company, "-1"), key="a")
    assert error_of(other)[:2] == (409, "idempotency_key_reused")


def test_above_the_set_amount_another_key_approves(staff_api: Api) -> None:
    company = make_company()
    proposed = staff_api.send("adjustments/", body(company, "500.01"), key="a").json()
    approval = f"adjustments/{proposed['id']}/approve/"
    assert proposed["status"] == "proposed"
    assert error_of(staff_api.send(approval, key="b"))[:2] == (403, "second_person_needed")
    assert staff_client("second").send(approval, key="c").json()["status"] == "booked"
    assert error_of(staff_client("third").send(approval, key="d"))[:2] == (409, "already_decided")


def test_adjustments_are_for_staff(company_api: CompanyApi) -> None:
    company = make_company()
    api = company_api(company)
    assert api.send("adjustments/", body(company, "5"), key="a").status_code == 403
    assert api.read("adjustments/").status_code == 403


@pytest.mark.parametrize(
    ("change", "attr"),
    [
        ({"company": str(uuid4())}, "company"),
        ({"company": "x"}, "company"),
        ({"amount": "5"}, "amount"),
        ({"amount": {"amount": 5, "currency": "USD"}}, "amount.amount"),
        ({"amount": {"amount": "0", "currency": "USD"}}, "amount"),
        ({"amount": {"amount": "5", "currency": "EUR"}}, "currency"),
        ({"amount": {"amount": "5", "currency": "XXX"}}, "amount.currency"),
        ({"reason": ""}, "reason"),
        ({"reason": "a\x00"}, "reason"),
        ({"against": "customer"}, "against"),
    ],
)
def test_a_bad_adjustment_is_refused_by_field(
    staff_api: Api, change: dict[str, object], attr: str
) -> None:
    answer = staff_api.send("adjustments/", {**body(make_company(), "5"), **change}, key="a")
    assert 400 <= answer.status_code < 500
    assert error_of(answer)[2] == attr


def test_an_adjustment_needs_a_key(staff_api: Api) -> None:
    answer = staff_api.send("adjustments/", body(make_company(), "5"))
    assert error_of(answer)[:2] == (400, "idempotency_key_required")
