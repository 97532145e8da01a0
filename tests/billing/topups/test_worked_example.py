"""docs/recharge.md, Top-up invoice: 300.00 asked for at a balance of 12.50."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest

from accounts.companies.models import Company
from billing.documents.models import Receipt
from billing.insight.books import prove_books
from billing.ledger.models import Entry
from billing.ledger.queries import balance
from config.sandbox.testing import Stack
from tests.accounts.access.client import Api
from tests.billing.payments.cards import save_card
from tests.billing.topups.asking import transfer
from tests.factories import make_company

pytestmark = pytest.mark.django_db


def test_asked_for_paid_by_transfer_and_by_card(
    stripe_sandbox: Stack, company_api: Callable[[Company], Api], staff_api: Api
) -> None:
    company = make_company()
    transfer(company, "12.50")
    save_card(company)
    api, route = company_api(company), f"companies/{company.pk}/top-up-invoices/"

    asked = {"amount": {"amount": "300.00", "currency": "USD"}}
    issued = api.send(route, asked, key="a")
    assert issued.status_code == 201
    body = issued.json()
    assert (body["number"], body["status"]) == ("TU-000001", "open")
    assert body["amount_due"] == {"amount": "300.00", "currency": "USD"}
    assert balance(company).balance == Decimal("12.50"), "nothing has come in"
    assert Entry.objects.count() == 1, "the ledger knows nothing of it"

    received = {
        "company": str(company.pk),
        "amount": {"amount": "100.00", "currency": "USD"},
        "method": "bank_transfer",
        "reference": "RF18 5390",
        "top_up_invoice": body["id"],
    }
    assert staff_api.send("payments/", received, key="b").status_code == 201
    after = api.read(f"{route}{body['id']}/").json()
    assert (after["status"], after["amount_due"]["amount"]) == ("open", "200.00")
    assert balance(company).balance == Decimal("112.50")

    paid = api.send(f"{route}{body['id']}/pay/", {}, key="c")
    assert paid.status_code == 201
    assert paid.json()["status"] == "completed"
    assert paid.json()["amount"] == {"amount": "200.00", "currency": "USD"}
    assert paid.json()["balance_after"] == {"amount": "312.50", "currency": "USD"}
    done = api.read(f"{route}{body['id']}/").json()
    assert (done["status"], done["amount_due"]["amount"]) == ("paid", "0.00")
    assert len(done["payments"]) == 2
    assert balance(company).balance == Decimal("312.50")
    assert list(Receipt.objects.order_by("number").values_list("number", "amount")) == [
        ("RV-000001", Decimal("12.50")),
        ("RV-000002", Decimal(100)),
        ("RV-000003", Decimal(200)),
    ]
    assert [proof.check.name for proof in prove_books() if not proof.holds] == []
