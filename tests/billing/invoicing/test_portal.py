"""Invoices in the portal: the list, the document, its files, and paying it."""

from __future__ import annotations

import io

import openpyxl
import pytest
from django.test import Client

from accounts.companies.models import Company
from billing.invoicing.models import Invoice
from billing.payments.models import Payment
from tests.billing.invoicing.months import IN_MARCH, issue, rate
from tests.billing.payments.cards import DECLINES, WORKS, save_card, usd
from tests.factories import make_company, pay_in
from tests.portal import browser, form_key

pytestmark = pytest.mark.django_db(transaction=True)


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
