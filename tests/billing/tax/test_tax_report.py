"""The tax report: what documents say, country by country, and what the ledger moved."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.db import connection

from billing.catalog.terms import PriceTerms
from billing.documents.rendering.content import InvoiceContent
from billing.documents.rendering.einvoice import einvoice_xml
from billing.documents.rendering.einvoice_rules import broken_rules
from billing.documents.rendering.invoice_layout import invoice_layout
from billing.insight.books import prove_books
from billing.invoicing.corrections import credit_invoice, void_invoice
from billing.invoicing.models import Invoice
from billing.invoicing.tax_report import tax_report, taxed_documents
from billing.tax.actions import set_tax_rule
from features.actions import set_value
from tests.accounts.access.client import staff_client
from tests.billing.invoicing.months import CLOSED_AT, issue
from tests.billing.metering.usage import MB, record, send
from tests.factories import BY, LONG_AGO, make_company, make_plan, make_subscription, new_key

pytestmark = pytest.mark.django_db

D = Decimal
APRIL, MAY = datetime(2026, 4, 1, tzinfo=UTC), datetime(2026, 5, 1, tzinfo=UTC)
NUMBER_OF_NL = "NL004495445B01"


@pytest.fixture(autouse=True)
def rules() -> None:
    """A provider in Germany: 19 % at home, reverse charge in the EU, 20 % in France."""
    for key, value in {"branding_country": "DE", "branding_tax_id": "DE136695976"}.items():
        set_value(key, value=value, reason="Test", by=BY, at=LONG_AGO)
    given = {"by": BY, "at": LONG_AGO}
    set_tax_rule(country="DE", category="", treatment="standard", percent=D(19), **given)  # type: ignore[arg-type]
    set_tax_rule(country="FR", category="", treatment="standard", percent=D(20), **given)  # type: ignore[arg-type]
    set_tax_rule(country="EU", category="organization", treatment="reverse_charge", **given)  # type: ignore[arg-type]


def invoiced(country: str, net: str, *, tax_id: str = "") -> Invoice:
    """The invoice of March, issued in April."""
    company = make_company(
        country=country,
        tax_id=tax_id,
        tax_percent=None,
        billing_type="postpaid",
        credit_limit=None,
    )
    make_subscription(company, make_plan(PriceTerms(D(net))), subject=f"{company.pk}")
    send(record(f"{company.pk}", MB))
    return issue(company)


def figures() -> list[tuple[str, str, Decimal, Decimal, Decimal, int]]:
    lines = tax_report(APRIL, MAY).lines
    return [
        (each.country, each.treatment, each.percent, each.net, each.tax, each.documents)
        for each in lines
    ]


def test_a_month_by_country_treatment_and_rate_agrees_with_the_ledger() -> None:
    invoiced("DE", "100.00")
    credited = invoiced("DE", "50.00")
    invoiced("NL", "70.00", tax_id=NUMBER_OF_NL)
    void = invoiced("FR", "30.00")
    credit_invoice(
        credited.pk, amounts={1: D(10)}, reason="Late", key=new_key(), by=BY, at=CLOSED_AT
    )
    void_invoice(void.pk, reason="Wrong", key=new_key(), by=BY, at=CLOSED_AT)

    # Germany: 100 + 50 - 10 = 140 net, 19.00 + 9.50 - 1.90 = 26.60 tax; France came and went.
    assert figures() == [
        ("DE", "standard", D(19), D(140), D("26.60"), 3),
        ("FR", "standard", D(20), D(0), D(0), 2),
        ("NL", "reverse_charge", D(0), D(70), D(0), 1),
    ]
    report = tax_report(APRIL, MAY)
    assert report.agrees
    reconciled = {each.percent: (each.documents, each.ledger) for each in report.reconciled}
    assert reconciled[D(19)] == (D("26.60"), D("26.60"))
    of_germany = taxed_documents(report.lines[0], start=APRIL, end=MAY)
    assert [tax.amount for tax in of_germany] == [D("19.00"), D("9.50"), D("1.90")]
    assert tax_report(datetime(2026, 3, 1, tzinfo=UTC), APRIL).lines == []
    assert all(proof.holds for proof in prove_books())


def test_what_is_changed_behind_the_back_is_a_difference() -> None:
    invoiced("DE", "100.00")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE invoice_tax SET amount = amount + 1")

    [rate] = tax_report(APRIL, MAY).reconciled
    assert (rate.documents, rate.ledger, rate.difference) == (D(20), D(19), D(1))
    broken = {proof.check.name for proof in prove_books() if not proof.holds}
    assert "tax_accounts_are_what_documents_say" in broken


def test_a_reverse_charge_invoice_says_so_and_carries_both_numbers() -> None:
    invoice = invoiced("NL", "70.00", tax_id=NUMBER_OF_NL)

    assert (invoice.subtotal, invoice.tax, invoice.total) == (D(70), D(0), D(70))
    assert invoice.taxes.get().treatment == "reverse_charge"
    content = InvoiceContent.from_json(invoice.content)
    assert "Reverse charge: the recipient owes the tax" in str(invoice_layout(content))
    xml = einvoice_xml(content).decode()
    for told in (
        "<ram:CategoryCode>AE</ram:CategoryCode>",
        "<ram:ExemptionReasonCode>VATEX-EU-AE</ram:ExemptionReasonCode>",
        '<ram:ID schemeID="VA">DE136695976</ram:ID>',
        f'<ram:ID schemeID="VA">{NUMBER_OF_NL}</ram:ID>',
    ):
        assert told in xml
    assert broken_rules(content) == ()


def test_the_api_sets_rules_and_reads_the_report() -> None:
    api = staff_client()
    invoiced("DE", "100.00")

    answer = api.call("GET", "tax-report/?from=2026-04-01&to=2026-04-30")
    assert answer.status_code == 200
    assert answer.json()["lines"] == [
        {
            "currency": "USD",
            "country": "DE",
            "treatment": "standard",
            "percent": "19",
            "net": "100",
            "tax": "19",
            "documents": 1,
        }
    ]
    assert answer.json()["reconciliation"][0]["difference"] == "0"

    rule = {"country": "AT", "treatment": "standard", "percent": "20"}
    made = api.call("POST", "tax-rules/", rule)
    assert made.status_code == 201, made.content
    assert made.json()["category"] is None
    wrong = api.call("POST", "tax-rules/", {"country": "AT", "treatment": "exempt"})
    assert (wrong.status_code, wrong.json()["errors"][0]["attr"]) == (400, "reason")
    gone = api.call("POST", "tax-rules/", {"country": "AT", "treatment": "withdrawn"})
    assert (gone.status_code, gone.json()["treatment"]) == (201, "withdrawn")
    listed = api.call("GET", "tax-rules/?country=AT").json()["results"]
    assert [each["treatment"] for each in listed] == ["withdrawn", "standard"]
