"""The same queue against Xero's accounting API."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.conf import LazySettings
from djmoney.money import Money

from accounts.companies.actions import update_company
from billing.integrations.models import IncomingPayment, SyncWork, System
from billing.integrations.queries import state_of
from billing.invoicing.corrections import credit_invoice, void_invoice
from billing.ledger.adjustments import propose_adjustment
from billing.ledger.queries import balance
from billing.payments.actions.refunds import refund_payment
from billing.payments.models import Payment
from tests.billing.integrations.server import Answer
from tests.billing.integrations.setting import (
    AT,
    MINUTE,
    bill,
    customer,
    open_labels,
    pay,
    settle,
)
from tests.billing.integrations.xero_server import XeroServer
from tests.billing.invoicing.months import issue, rate
from tests.factories import BY

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def test_a_company_its_invoice_and_its_payment_arrive(xero: XeroServer) -> None:
    company = customer()
    invoice = bill(company, "12")
    payment = pay(company, "5.00")
    settle()
    [contact] = xero.all("Contacts")
    assert (contact["ContactNumber"], contact["Name"]) == (str(company.pk), company.name)
    [theirs] = xero.all("Invoices")
    assert (theirs["Type"], theirs["InvoiceNumber"], theirs["Status"], theirs["CurrencyCode"]) == (
        "ACCREC",
        invoice.number,
        "AUTHORISED",
        "USD",
    )
    assert (theirs["Date"], theirs["Total"]) == ("2026-04-02", 12)
    [paid] = xero.all("Payments")
    assert (paid["Account"], paid["Amount"]) == ({"Code": "090"}, 5)
    assert payment.amount.amount == 5
    assert xero.count("token") == 1


def test_tax_is_what_we_billed_whatever_xero_would_work_out(xero: XeroServer) -> None:
    """5.00, 3.00 and 2.05 at 19 %: 1.91 of tax in all, 0.95, 0.57 and 0.39 of it."""
    company = customer()
    for net in ("5", "3", "2.05"):
        rate(company, net=net, tax=str(Decimal(net) * Decimal("0.19")), percent="19")
    invoice = issue(company)
    assert invoice.total == Decimal("11.96")
    settle()
    [theirs] = xero.all("Invoices")
    taxes = sorted(line["TaxAmount"] for line in theirs["LineItems"])
    assert (theirs["Total"], taxes) == (Decimal("11.96"), ["0.39", "0.57", "0.95"])
    assert {line["TaxType"] for line in theirs["LineItems"]} == {"OUTPUT2"}


def test_a_rate_without_tax_type_is_named(xero: XeroServer, settings: LazySettings) -> None:
    settings.XERO_TAX_TYPES = {}
    bill(customer())
    settle()
    work = SyncWork.objects.get(operation="invoice")
    assert work.error == "No tax type is set for 0 %: add it to XERO_TAX_TYPES."


def test_a_credit_note_is_one_and_pays_its_invoice(xero: XeroServer) -> None:
    company = customer()
    invoice = bill(company, "12")
    credit_invoice(invoice.pk, amounts={1: Decimal(5)}, reason="Outage", key="k", by=BY, at=AT)
    settle()
    [note] = xero.all("CreditNotes")
    assert (note["Type"], note["Total"]) == ("ACCRECCREDIT", 5)
    assert xero.due(invoice.number or "") == 7
    assert xero.all("Payments") == []


def test_a_void_invoice_is_paid_by_its_credit_note(xero: XeroServer) -> None:
    invoice = bill(customer(), "12")
    settle()
    void_invoice(invoice.pk, reason="Wrong customer", key="k", by=BY, at=AT)
    settle()
    assert xero.due(invoice.number or "") == 0
    assert open_labels() == []


def test_a_correction_that_pays_goes_to_the_account_for_credits(
    xero: XeroServer, settings: LazySettings
) -> None:
    company = customer()
    invoice = bill(company, "12")
    propose_adjustment(company, amount=Money("12", "USD"), reason="Goodwill", key="g", by=BY, at=AT)
    settle()
    assert "XERO_CREDIT_ACCOUNT" in SyncWork.objects.get(operation="payment").error
    settings.XERO_CREDIT_ACCOUNT = "420"
    settle(at=AT + MINUTE)
    [paid] = xero.all("Payments")
    assert paid["Account"] == {"Code": "420"}
    assert xero.due(invoice.number or "") == 0


def test_a_refund_deletes_the_payment_there(xero: XeroServer) -> None:
    company = customer()
    invoice = bill(company, "12")
    payment = pay(company, "12.00")
    settle()
    refund_payment(payment, amount=Decimal(12), reason="Goodwill", key="r", by=BY, at=AT)
    settle()
    assert [row["Status"] for row in xero.all("Payments")] == ["DELETED"]
    assert xero.due(invoice.number or "") == 12
    assert open_labels() == []


@pytest.mark.parametrize("forgets", [False, True], ids=["key known", "key forgotten"])
@pytest.mark.parametrize("name", ["POST Contacts", "PUT Invoices", "PUT Payments"])
@pytest.mark.parametrize("kind", ["drop_before", "drop_after", "timeout_after", "500"])
def test_whatever_goes_wrong_once_all_arrives_once(
    xero: XeroServer, name: str, kind: str, *, forgets: bool
) -> None:
    xero.forgets_keys = forgets
    company = customer()
    invoice = bill(company, "12")
    pay(company, "12.00")
    xero.fail(name, kind)
    settle()
    assert open_labels() != []
    settle(at=AT + MINUTE)
    assert open_labels() == []
    assert [len(xero.all(what)) for what in ("Contacts", "Invoices", "Payments")] == [1, 1, 1]
    assert xero.due(invoice.number or "") == 0


def test_a_limit_is_waited_for_as_long_as_it_says(xero: XeroServer) -> None:
    bill(customer())
    limit = Answer("", 429, {"Retry-After": "1800", "X-Rate-Limit-Problem": "day"})
    xero.fail("PUT Invoices", "limit", answer=limit)
    settle()
    state = state_of(System.XERO)
    assert state.paused_until == AT + timedelta(minutes=30)
    settle(at=AT + 29 * MINUTE)
    assert xero.all("Invoices") == []
    settle(at=AT + 30 * MINUTE)
    assert len(xero.all("Invoices")) == 1


def test_a_token_that_ended_is_asked_for_anew(xero: XeroServer) -> None:
    company = customer()
    settle()
    xero.tokens.clear()
    update_company(company, {"city": "Bonn"}, by=BY, at=AT)
    settle()
    assert xero.count("token") == 2
    assert open_labels() == []


def test_wrong_keys_say_so(xero: XeroServer, settings: LazySettings) -> None:
    settings.XERO_CLIENT_SECRET = "wrong"
    customer()
    settle()
    assert state_of(System.XERO).error == "Xero gives no token: invalid_client."


def test_xeros_own_words_are_kept(xero: XeroServer) -> None:
    xero.rows["Contacts"]["1"] = {"ContactID": "1", "Name": "Twin"}
    update_company(customer(), {"name": "Twin"}, by=BY, at=AT)
    settle()
    assert SyncWork.objects.get().error == (
        "Xero refused: The contact name Twin is already assigned to another contact."
    )


def test_a_payment_in_xero_is_booked_once_page_by_page(xero: XeroServer) -> None:
    xero.page = 1
    company = customer()
    invoice = bill(company, "12")
    pay(company, "2.00")
    settle()
    xero.now += HOUR
    xero.pay(invoice.number or "", "4.00", reference="Bank")
    xero.pay(invoice.number or "", "6.00", reference="Bank")
    xero.pay(invoice.number or "", "1.00", status="DELETED")
    for hours in (1, 2, 3):
        settle(at=AT + hours * HOUR)
    invoice.refresh_from_db()
    assert invoice.status == "paid"
    assert balance(company).balance == 0
    arrived = Payment.objects.filter(method="xero").values_list("amount", flat=True)
    assert sorted(arrived) == [4, 6]
    assert len(xero.all("Payments")) == 4, "nothing is sent back"
    assert IncomingPayment.objects.count() == 2


def test_without_its_client_xero_is_off(xero: XeroServer, settings: LazySettings) -> None:
    settings.XERO_CLIENT_ID = ""
    bill(customer())
    settle()
    assert xero.calls == []
    assert not SyncWork.objects.exists()
