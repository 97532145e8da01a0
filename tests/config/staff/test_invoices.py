"""Invoices in the admin: the paper, the workbook, credit notes, voiding."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.test import Client

from billing.invoicing.models import Invoice
from tests.billing.invoicing.months import issue, rate
from tests.config.staff.people import staff_client_of
from tests.factories import make_company

pytestmark = pytest.mark.django_db


@pytest.fixture
def invoice() -> Invoice:
    """100.00 net and 19.00 tax, due."""
    company = make_company(billing_type="postpaid", credit_limit=None)
    rate(company, net="100", tax="19", percent="19")
    return issue(company)


@pytest.fixture
def client() -> Client:
    return staff_client_of("billing")


def test_the_paper_and_the_workbook_open(client: Client, invoice: Invoice) -> None:
    pdf = client.get(f"/admin/billing/invoice/{invoice.pk}/pdf/")
    assert pdf.content.startswith(b"%PDF")
    assert client.get(f"/admin/billing/invoice/{invoice.pk}/xlsx/").content.startswith(b"PK")


def _post(client: Client, address: str, **given: str) -> int:
    form = client.get(address).context["form"]
    hidden = {field.name: str(field.value()) for field in form.hidden_fields()}
    return client.post(address, hidden | given).status_code


def test_part_of_a_line_is_credited_with_its_tax(client: Client, invoice: Invoice) -> None:
    """40 of 100 net at 19 %: 47.60 back, 71.40 stay due."""
    address = f"/admin/billing/invoice/{invoice.pk}/credit/"
    assert _post(client, address, line_1="40", reason="Outage on 3 March") == 302
    note = Invoice.objects.get(kind="credit_note")
    assert abs(note.total) == Decimal("47.60")
    invoice.refresh_from_db()
    assert invoice.amount_due == Decimal("71.40")


def test_more_than_the_line_is_refused(client: Client, invoice: Invoice) -> None:
    address = f"/admin/billing/invoice/{invoice.pk}/credit/"
    assert _post(client, address, line_1="101", reason="Too much") == 422
    assert not Invoice.objects.filter(kind="credit_note").exists()


def test_an_invoice_is_voided_with_a_reason(client: Client, invoice: Invoice) -> None:
    address = f"/admin/billing/invoice/{invoice.pk}/void/"
    assert _post(client, address, reason="") == 422
    assert _post(client, address, reason="Wrong customer") == 302
    invoice.refresh_from_db()
    assert invoice.status == "void"
