"""Invoices in the portal: the list, the document, its files, and paying it."""

from __future__ import annotations

import io
import re
from decimal import Decimal
from html import unescape
from typing import Any

import openpyxl
import pytest
from django.test import Client

from accounts.companies.models import Company
from billing.catalog.terms import PriceTerms
from billing.invoicing.models import Invoice
from billing.payments.models import Payment
from billing.tax.actions import set_tax_rule
from features.actions import set_value
from tests.billing.invoicing.months import IN_MARCH, issue, rate
from tests.billing.metering.usage import MB, record, send
from tests.billing.payments.cards import DECLINES, WORKS, save_card, usd
from tests.factories import BY, LONG_AGO, make_company, make_plan, make_subscription, pay_in
from tests.portal import browser, form_key

pytestmark = pytest.mark.django_db(transaction=True)
GERMAN: dict[str, Any] = {"country": "DE", "category": "", "by": BY, "at": LONG_AGO}


@pytest.fixture
def company() -> Company:
    """Postpaid without a limit; 100.00 and tax of 19.00 used in March."""
    company = make_company(billing_type="postpaid", credit_limit=None)
    rate(company, net="100", tax="19", percent="19")
    return company


@pytest.fixture
def invoice(company: Company) -> Invoice:
    return issue(company)


@pytest.fixture
def client(company: Company) -> Client:
    return browser(company)


def test_the_document_reads_like_its_paper(client: Client, invoice: Invoice) -> None:
    html = client.get(f"/portal/invoices/{invoice.pk}/").text
    for text in (invoice.number or "", "$100.00", "$19.00", "$119.00", "Amount due"):
        assert text in html
    assert f'href="/portal/invoices/{invoice.pk}/pay/"' in html


def test_prices_that_include_tax_are_shown_with_it() -> None:
    """9.99 + 0.03 = 10.02; of 10.02 at 20 % 8.35 are net."""
    set_tax_rule(
        **GERMAN, treatment="standard", percent=Decimal(20), name="USt.", includes_tax=True
    )
    company = make_company(tax_percent=None, billing_type="postpaid", credit_limit=None)
    for subject, price, megabytes in (("a", "9.99", 1), ("b", "0.01", 3)):
        make_subscription(company, make_plan(PriceTerms(Decimal(price))), subject=subject)
        send(record(subject, megabytes * MB))

    page = _page(company)

    assert "Prices include tax." in page
    assert "Subtotal (before tax) $8.35" in page
    assert "USt. 20 % on $8.35 Taxable $1.67 Total $10.02" in page
    assert "$9.99 20 % $9.99" in page
    assert "$0.01 20 % $0.03" in page


def test_a_price_before_tax_is_not_said_to_include_it(client: Client, invoice: Invoice) -> None:
    page = _text(client.get(f"/portal/invoices/{invoice.pk}/").text)
    assert "Prices include tax" not in page
    assert "Subtotal $100.00" in page
    assert "19 % on $100.00 Taxable $19.00" in page


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "Reverse charge: the recipient owes the tax. Article 196"),
        ("de", "Steuerschuldnerschaft des Leistungsempfängers (Reverse Charge). Article 196"),
    ],
)
def test_reverse_charge_is_told_with_both_tax_numbers(language: str, said: str) -> None:
    for key, text in (("branding_country", "NL"), ("branding_tax_id", "NL004495445B01")):
        set_value(key, value=text, reason="Test", by=BY, at=LONG_AGO)
    treated = {"treatment": "reverse_charge", "name": "VAT", "reason": "Article 196"}
    set_tax_rule(**GERMAN | treated | {"category": "organization"})
    company = make_company(
        tax_percent=None,
        tax_id="DE136695976",
        billing_type="postpaid",
        credit_limit=None,
        language=language,
    )
    make_subscription(company, make_plan(PriceTerms(Decimal(70))), subject="a")
    send(record("a", MB))

    page = _page(company)

    assert said in page
    assert "NL004495445B01" in page
    assert "DE136695976" in page
    assert "VAT 0 %" in page


def test_why_there_is_no_tax_is_told_in_the_words_of_its_rule() -> None:
    exempt = {"treatment": "exempt", "name": "VAT", "reason": "Education, section 4 no. 21"}
    set_tax_rule(**GERMAN | exempt)
    company = make_company(tax_percent=None, billing_type="postpaid", credit_limit=None)
    make_subscription(company, make_plan(PriceTerms(Decimal(70))), subject="a")
    send(record("a", MB))

    assert "Exempt from tax. Education, section 4 no. 21" in _page(company)


def test_a_line_leads_to_its_records(client: Client, invoice: Invoice) -> None:
    line = invoice.lines.get()
    html = client.get(f"/portal/invoices/{invoice.pk}/").text
    address = (
        f"/portal/charges/?period={invoice.period_id}&amp;plan_version={line.group['version']}"
        f"&amp;meter=tokens&amp;price={line.group['price']}&amp;kind=usage"
    )
    assert address in html
    assert client.get(address.replace("&amp;", "&")).status_code == 200


def test_the_files_are_those_of_the_document(client: Client, invoice: Invoice) -> None:
    pdf = client.get(f"/portal/invoices/{invoice.pk}/pdf/")
    assert pdf.content.startswith(b"%PDF")
    xlsx = client.get(f"/portal/invoices/{invoice.pk}/xlsx/")
    sheets = openpyxl.load_workbook(io.BytesIO(xlsx.content)).sheetnames
    assert sheets


def test_the_list_shows_what_is_due_and_drafts_to_nobody(client: Client, invoice: Invoice) -> None:
    assert "$119.00" in client.get("/portal/invoices/", {"status": "open"}).text
    assert "Nothing matches" in client.get("/portal/invoices/", {"status": "paid"}).text
    assert 'value="draft"' not in client.get("/portal/invoices/").text


def test_a_prepaid_statement_says_that_it_is_paid_and_asks_for_nothing() -> None:
    company = make_company()
    pay_in(company, usd("200"), at=IN_MARCH)
    rate(company, net="100")
    invoice = issue(company)
    html = browser(company).get(f"/portal/invoices/{invoice.pk}/").text
    assert "Paid from balance" in html
    assert "/pay/" not in html.replace('href="/portal/pay/"', "")


@pytest.mark.usefixtures("stripe_sandbox")
def test_paying_twice_pays_once_and_the_invoice_is_paid(
    client: Client, company: Company, invoice: Invoice
) -> None:
    card, address = save_card(company, WORKS), f"/portal/invoices/{invoice.pk}/pay/"
    form = {"key": form_key(client, address), "card": str(card.pk)}
    first, second = client.post(address, form), client.post(address, form)
    assert first.headers["Location"] == second.headers["Location"]
    invoice.refresh_from_db()
    assert (invoice.status, Payment.objects.count()) == ("paid", 1)
    assert "nothing to pay" in _said(client, address, card=str(card.pk)).lower()


@pytest.mark.usefixtures("stripe_sandbox")
def test_a_declined_card_leaves_the_invoice_open(
    client: Client, company: Company, invoice: Invoice
) -> None:
    card, address = save_card(company, DECLINES), f"/portal/invoices/{invoice.pk}/pay/"
    form = {"key": form_key(client, address), "card": str(card.pk)}
    page = client.post(address, form, follow=True).text
    assert "Nothing was charged" in page
    invoice.refresh_from_db()
    assert invoice.status == "open"


def _said(client: Client, address: str, *, card: str) -> str:
    return client.post(address, {"key": form_key(client, address), "card": card}).text


def _page(company: Company) -> str:
    """What the page of the company's invoice for the month says."""
    invoice = issue(company)
    return _text(browser(company).get(f"/portal/invoices/{invoice.pk}/").text)


def _text(html: str) -> str:
    """What is read of it."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())
