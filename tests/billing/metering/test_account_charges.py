"""Charges of a company itself: booked as usage, told apart by their words."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from accounts.companies.models import Company
from billing.documents.rendering.content import InvoiceContent
from billing.documents.rendering.einvoice import einvoice_xml
from billing.documents.rendering.invoice_table import invoice_lines
from billing.ledger.exceptions import EntryKeyReused
from billing.ledger.queries import balance
from billing.metering.account_charges import charge_account
from billing.metering.models import Charge, PeriodTotal
from tests.accounts.access.client import Api
from tests.billing.invoicing.months import IN_MARCH, issue
from tests.billing.metering.usage import record, send
from tests.books import faults
from tests.factories import BY, credit, make_company, make_subscription, new_key
from tests.portal import browser

pytestmark = pytest.mark.django_db

D = Decimal
Kind = Charge.Kind


def charge(
    company: Company,
    amount: str,
    *,
    kind: Kind = Kind.SURCHARGE,
    label: str = "On-site support",
    key: str = "",
) -> Charge:
    return charge_account(
        company,
        kind,
        label=label,
        amount=D(amount),
        key=key or new_key(),
        by=BY,
        at=IN_MARCH,
    )


def test_a_surcharge_is_deducted_with_tax_and_a_discount_given_back_with_it() -> None:
    """100 in; 10 + 20 % = 12 off → 88; −2.50 − 20 % = −3 off → 91; 7.50 + 1.50 uninvoiced."""
    company = make_company(tax_percent=D(20))
    credit(company, "100")
    charge(company, "10")
    assert balance(company).balance == 88
    charge(company, "-2.50", kind=Kind.DISCOUNT, label="Loyalty discount")
    assert balance(company).balance == 91
    assert balance(company).uninvoiced == 9
    assert faults() == []


def test_a_key_charges_once_and_refuses_other_content() -> None:
    company = make_company()
    first = charge(company, "10", key="support:1")
    assert charge(company, "10", key="support:1") == first
    assert balance(company).uninvoiced == 10
    with pytest.raises(EntryKeyReused):
        charge(company, "11", key="support:1")
    with pytest.raises(EntryKeyReused):
        charge(make_company(), "10", key="support:1")


def test_each_label_is_a_line_of_its_own_beside_the_usage() -> None:
    """1 MB at 0.01 = 0.01; support twice 10 = 20; a discount of −5: 15.01."""
    company = make_company(billing_type="postpaid", credit_limit=None)
    subscription = make_subscription(company)
    send(record(subscription.subject, 2**20, at=IN_MARCH), at=IN_MARCH)
    charge(company, "10")
    charge(company, "10")
    charge(company, "-5", kind=Kind.DISCOUNT, label="Loyalty discount")
    invoice = issue(company)
    lines = [(line.description, line.quantity, line.amount) for line in invoice.lines.all()]
    assert lines[1:] == [
        ("On-site support", D(2), D(20)),
        ("Loyalty discount", D(1), D(-5)),
    ]
    assert lines[0][2] == D("0.01")
    assert invoice.total == D("15.01")
    assert balance(company).uninvoiced == 0
    assert faults() == []
    content = InvoiceContent.from_json(invoice.content)
    assert b"Loyalty discount" in einvoice_xml(content)
    assert "Loyalty discount" in [row[3] for row in invoice_lines(content)]


def test_totals_of_labels_stay_apart() -> None:
    company = make_company()
    charge(company, "1", label="First")
    charge(company, "2", label="Second")
    charge(company, "4", label="Second")
    totals = PeriodTotal.objects.order_by("label").values_list("label", "charges", "amount")
    assert list(totals) == [("First", 1, D(1)), ("Second", 2, D(6))]


def test_the_api_and_the_portal_say_the_words(staff_api: Api) -> None:
    company = make_company()
    made = charge(company, "10")
    shown = staff_api.get(f"/api/v1/charges/{made.pk}/").json()
    assert (shown["label"], shown["subscription"], shown["plan_version"]) == (
        "On-site support",
        None,
        None,
    )
    assert shown["explanation"] == ["On-site support: 10 USD."]
    client = browser(company)
    assert "On-site support" in client.get("/portal/charges/").content.decode()
    page = client.get(f"/portal/charges/{made.pk}/").content.decode()
    assert "On-site support: 10 USD." in page


class AnyAmounts(TestCase):
    """Property: whatever is charged, the balance falls by exactly net and tax."""

    @settings(max_examples=15, deadline=None)
    @given(
        amounts=st.lists(
            st.decimals("-1000", "1000", places=12).filter(bool), min_size=1, max_size=4
        ),
        percent=st.decimals("0", "27", places=2),
    )
    def test_the_balance_falls_by_net_and_tax(
        self, amounts: list[Decimal], percent: Decimal
    ) -> None:
        company = make_company(tax_percent=percent)
        charges = [charge(company, str(amount)) for amount in amounts]
        assert sum(one.amount for one in charges) == sum(amounts)
        spent = sum(one.amount + one.tax for one in charges)
        assert (balance(company).balance, balance(company).uninvoiced) == (-spent, spent)
        assert faults() == []
