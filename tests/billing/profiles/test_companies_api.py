"""`companies/` over HTTP: what the contract names, and what is refused with its field."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from djmoney.money import Money

from accounts.companies.models import Company
from billing.profiles.queries import profile_of
from config.clock import now
from features.actions import set_value
from tests.accounts.access.client import Api, error_of
from tests.factories import make_company, pay_in

pytestmark = pytest.mark.django_db
CompanyApi = Callable[[Company], Api]

BODY = {
    "name": "Kōbe Cloud K.K.",
    "email": "billing@kobe.example",
    "category": "organization",
    "billing_type": "prepaid",
    "contract_type": "payg",
    "currency": "USD",
    "country": "JP",
    "timezone": "Asia/Tokyo",
    "wallet_enabled": True,
    "minimum_balance": "0",
    "credit_limit": None,
    "tax_percent": "10",
    "billing_day": 15,
}


def test_staff_open_an_account_that_is_active_at_once(staff_api: Api) -> None:
    answer = staff_api.send("companies/", BODY)
    assert answer.status_code == 201, answer.content
    made = answer.json()
    assert made["status"] == "active"
    assert (made["minimum_balance"], made["credit_limit"], made["tax_percent"]) == ("0", None, "10")
    assert staff_api.read(f"companies/{made['id']}/").json() == made
    assert [row["id"] for row in staff_api.read("companies/").json()["results"]] == [made["id"]]


def test_a_company_key_reads_its_own_and_changes_nothing(company_api: CompanyApi) -> None:
    company, stranger = make_company(), make_company()
    api = company_api(company)
    assert api.read(f"companies/{company.pk}/").json()["name"] == company.name
    assert api.read(f"companies/{stranger.pk}/").status_code == 404
    assert [row["id"] for row in api.read("companies/").json()["results"]] == [str(company.pk)]
    assert api.send("companies/", BODY).status_code == 403
    assert api.call("patch", f"companies/{company.pk}/", {"name": "x"}).status_code == 403


@pytest.mark.parametrize("field", ["name", "email", "category", "billing_type", "currency"])
def test_a_missing_field_is_named(staff_api: Api, field: str) -> None:
    body = {name: value for name, value in BODY.items() if name != field}
    assert error_of(staff_api.send("companies/", body)) == (400, "required", field)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "x" * 201),
        ("name", None),
        ("name", "a\x00b"),
        ("name", ["x"]),
        ("email", "nobody"),
        ("category", "virtual"),
        ("billing_type", "free"),
        ("currency", "XXX"),
        ("currency", 840),
        ("country", "XX"),
        ("country", None),
        ("timezone", "Mars/Olympus"),
        ("timezone", 1),
        ("minimum_balance", 5),
        ("minimum_balance", "NaN"),
        ("minimum_balance", "1e3"),
        ("minimum_balance", "9" * 40),
        ("credit_limit", "-1"),
        ("tax_percent", "101"),
        ("tax_percent", "7.77777"),
        ("billing_day", 32),
        ("billing_day", "first"),
        ("invoice_emails", ["nobody"]),
        ("fixed_amount", "-1"),
    ],
)
def test_a_bad_value_is_named(staff_api: Api, field: str, value: object) -> None:
    status, _, attr = error_of(staff_api.send("companies/", {**BODY, field: value}))
    assert status == 400
    assert attr is not None
    assert attr.split(".")[0] == field


def test_a_fixed_contract_needs_its_amount(staff_api: Api) -> None:
    set_value("billing_contract_type", value=True, reason="On offer", by="staff:anna", at=now())
    body = {**BODY, "contract_type": "fixed"}
    assert error_of(staff_api.send("companies/", body)) == (400, "required", "fixed_amount")
    assert staff_api.send("companies/", {**body, "fixed_amount": "99.00"}).status_code == 201


def test_terms_and_particulars_change_together_or_not_at_all(staff_api: Api) -> None:
    company = make_company(currency="USD")
    pay_in(company, Money(1, "USD"))
    route = f"companies/{company.pk}/"
    changed = staff_api.call("patch", route, {"name": "New name", "minimum_balance": "-2.50"})
    assert changed.json()["minimum_balance"] == "-2.5"
    refused = staff_api.call("patch", route, {"name": "Newer name", "currency": "EUR"})
    assert error_of(refused) == (400, "currency_fixed", "currency")
    company.refresh_from_db()
    assert (company.name, profile_of(company.pk).minimum_balance) == ("New name", Decimal("-2.5"))


def test_lists_are_filtered(staff_api: Api) -> None:
    make_company(billing_type="postpaid")
    prepaid = make_company(billing_type="prepaid")
    rows = staff_api.read("companies/", billing_type="prepaid").json()["results"]
    assert [row["id"] for row in rows] == [str(prepaid.pk)]
    assert error_of(staff_api.read("companies/", billing_type="free"))[0] == 400


def test_a_tax_number_is_checked_for_its_country(staff_api: Api) -> None:
    made = staff_api.send("companies/", BODY | {"country": "DE", "tax_id": "136 695 976"}).json()
    assert made["tax_id"] == "DE136695976"
    wrong = staff_api.call("PATCH", f"companies/{made['id']}/", {"tax_id": "DE136695977"})
    assert error_of(wrong) == (400, "invalid_tax_number", "tax_id")
