"""Money that staff saw arrive."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest

from accounts.companies.models import Company
from billing.ledger.queries import balance
from billing.payments.models import Payment
from config.clock import now
from tests.accounts.access.client import Api, error_of
from tests.billing.invoicing.months import CLOSED_AT, issue, rate
from tests.factories import make_company, new_key

pytestmark = pytest.mark.django_db


def transfer(customer: Company, **changes: object) -> dict[str, object]:
    return {
        "company": str(customer.pk),
        "amount": {"amount": "250.00", "currency": "USD"},
        "method": "bank_transfer",
        "reference": "MT940 / 17",
        "received_at": "2026-03-01T10:00:00Z",
    } | changes


def test_a_transfer_is_booked_once_with_its_receipt(staff_api: Api) -> None:
    company = make_company()
    answer = staff_api.send("payments/", transfer(company), key="a")
    assert answer.status_code == 201
    body = answer.json()
    assert (body["status"], body["method"]) == ("completed", "bank_transfer")
    assert body["received_at"] == "2026-03-01T10:00:00Z"
    assert staff_api.read(f"receipts/{body['receipt']}/pdf/").status_code == 200
    assert staff_api.send("payments/", transfer(company), key="a").json() == body
    assert balance(company).balance == Decimal(250)
    again = staff_api.send("payments/", transfer(company), key="b")
    assert again.status_code == 201, "two transfers may carry the same text"
    assert balance(company).balance == Decimal(500)


def test_recharge_limits_do_not_bind_what_has_come(staff_api: Api) -> None:
    company = make_company()
    small = transfer(company, amount={"amount": "0.01", "currency": "USD"})
    assert staff_api.send("payments/", small, key="a").status_code == 201


def test_only_staff_record_payments(company_api: Callable[[Company], Api]) -> None:
    company = make_company()
    answer = company_api(company).send("payments/", transfer(company), key="a")
    assert answer.status_code == 403
    assert not Payment.objects.exists()


@pytest.mark.parametrize(
    ("changes", "code", "attr"),
    [
        ({"amount": {"amount": "0", "currency": "USD"}}, "invalid_amount", "amount.amount"),
        ({"amount": {"amount": "NaN", "currency": "USD"}}, "invalid_amount", "amount.amount"),
        ({"amount": {"amount": "1.001", "currency": "USD"}}, "invalid_amount", "amount.amount"),
        ({"amount": {"amount": "5", "currency": "EUR"}}, "wrong_currency", "amount.currency"),
        ({"amount": "5"}, "invalid_amount", "amount"),
        ({"company": "x"}, "invalid", "company"),
        ({"company": new_key()[4:]}, "does_not_exist", "company"),
        ({"method": "card"}, "invalid_choice", "method"),
        ({"reference": "a\x00b"}, "invalid_character", "reference"),
        ({"reference": "x" * 201}, "max_length", "reference"),
        ({"received_at": "soon"}, "invalid", "received_at"),
    ],
)
def test_what_is_wrong_is_named(
    staff_api: Api, changes: dict[str, object], code: str, attr: str
) -> None:
    company = make_company()
    answer = staff_api.send("payments/", transfer(company, **changes), key=new_key())
    assert error_of(answer) == (400, code, attr)


def test_a_transfer_that_names_an_invoice_pays_that_one_not_the_oldest(staff_api: Api) -> None:
    company = make_company(billing_type="postpaid", credit_limit=None)
    rate(company, net="12")
    older = issue(company)
    rate(company, net="7", at=CLOSED_AT)
    newer = issue(company, at=CLOSED_AT + timedelta(days=31))
    paid = {"amount": {"amount": "7.00", "currency": "USD"}, "reference": f" {newer.number} "}
    assert staff_api.send("payments/", transfer(company, **paid), key="a").status_code == 201
    older.refresh_from_db()
    newer.refresh_from_db()
    assert (older.status, newer.status) == ("open", "paid")


def test_money_of_the_future_is_not_recorded(staff_api: Api) -> None:
    company = make_company()
    tomorrow = (now() + timedelta(days=1)).isoformat()
    answer = staff_api.send("payments/", transfer(company, received_at=tomorrow), key="a")
    assert error_of(answer) == (400, "received_in_the_future", "received_at")


def test_companies_see_their_own_payments(
    staff_api: Api, company_api: Callable[[Company], Api]
) -> None:
    mine, other = make_company(), make_company()
    made = staff_api.send("payments/", transfer(mine), key="a").json()
    assert company_api(mine).read(f"payments/{made['id']}/").status_code == 200
    assert company_api(other).read(f"payments/{made['id']}/").status_code == 404
    assert company_api(other).read("payments/").json()["results"] == []
    assert len(staff_api.read("payments/", company=str(mine.pk)).json()["results"]) == 1
