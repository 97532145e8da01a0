"""Top-up invoices in the admin: the paper, a transfer recorded for one, voiding."""

from __future__ import annotations

import pytest
from django.test import Client

from billing.ledger.queries import balance
from billing.topups.models import TopUpInvoice
from tests.billing.topups.asking import ask, state, transfer
from tests.config.staff.people import staff_client_of
from tests.factories import make_company

pytestmark = pytest.mark.django_db


@pytest.fixture
def invoice() -> TopUpInvoice:
    """300.00 asked for, 100.00 of it paid."""
    company = make_company()
    invoice = ask(company)
    transfer(company, "100.00", paying=invoice)
    return invoice


def address(invoice: TopUpInvoice, act: str) -> str:
    return f"/admin/billing/topupinvoice/{invoice.pk}/{act}/"


def test_list_page_and_paper_open_for_who_sees_money(invoice: TopUpInvoice) -> None:
    client = staff_client_of("auditor")
    assert "TU-000001" in client.get("/admin/billing/topupinvoice/").text
    page = client.get(address(invoice, "change")).text
    assert "MT940" not in page
    assert "100.00" in page
    assert client.get(address(invoice, "pdf")).content.startswith(b"%PDF")
    assert staff_client_of("operations").get(address(invoice, "pdf")).status_code == 403
    assert client.get(address(invoice, "void")).status_code == 403


def test_record_payment_opens_the_companys_form_filled_in(invoice: TopUpInvoice) -> None:
    client = staff_client_of("billing")
    form_page = client.get(address(invoice, "transfer"), follow=True)
    form = form_page.context["form"]
    filled = {field.name: str(field.value()) for field in form} | {"method": "bank_transfer"}
    assert (filled["amount"], filled["reference"]) == ("200.00", "TU-000001")
    assert filled["top_up_invoice"] == str(invoice.pk)
    form_address = form_page.redirect_chain[-1][0]
    assert client.post(form_address, filled).status_code == 302
    assert state(invoice) == ("paid", "0.00")
    assert balance(invoice.company).balance == 300


def test_without_an_open_one_the_form_does_not_ask(invoice: TopUpInvoice) -> None:
    transfer(invoice.company, "200.00", paying=invoice)
    client = staff_client_of("billing")
    form = client.get(address(invoice, "transfer"), follow=True).context["form"]
    assert "top_up_invoice" not in form.fields
    assert form["amount"].value() is None


def test_another_companys_is_not_offered(invoice: TopUpInvoice) -> None:
    other = ask(make_company())
    client = staff_client_of("billing")
    form = client.get(address(invoice, "transfer"), follow=True).context["form"]
    assert [one.number for one in form.fields["top_up_invoice"].queryset] == ["TU-000001"]
    assert other.number == "TU-000002"


def _void(client: Client, invoice: TopUpInvoice) -> int:
    return client.post(address(invoice, "void"), {"reason": "Wrong customer"}).status_code


def test_an_untouched_one_is_voided_with_a_reason(invoice: TopUpInvoice) -> None:
    client = staff_client_of("billing")
    untouched = ask(invoice.company)
    assert _void(client, untouched) == 302
    assert (*state(untouched), untouched.status_reason) == ("void", "0.00", "Wrong customer")
    assert _void(client, invoice) == 422
    assert state(invoice) == ("open", "200.00")
