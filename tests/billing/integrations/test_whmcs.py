"""Clients, invoices and payments in a WHMCS that is spoken to over HTTP."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.conf import LazySettings
from django.db.models.functions import Now

from accounts.companies.actions import (
    close_company,
    reactivate_company,
    suspend_company,
    update_company,
)
from accounts.events.tasks import dispatch_outbox
from billing.integrations.actions import carry_out, claim_work, record_outcome
from billing.integrations.models import SyncWork, System
from billing.integrations.tasks import sync_systems
from billing.invoicing.corrections import credit_invoice, void_invoice
from billing.invoicing.models import Invoice
from billing.payments.actions.refunds import refund_payment
from tests.billing.integrations.setting import (
    AT,
    MINUTE,
    bill,
    customer,
    open_labels,
    pay,
    settle,
    switch_on,
)
from tests.billing.integrations.whmcs_server import WhmcsServer
from tests.billing.invoicing.months import issue, rate
from tests.factories import BY, make_company

pytestmark = pytest.mark.django_db


@pytest.mark.verifies("whmcs_billing", "on")
def test_a_company_its_invoice_and_its_payment_arrive_in_order(whmcs: WhmcsServer) -> None:
    switch_on()
    company = customer()
    invoice = bill(company, "12")
    pay(company, "5.00")
    settle()
    [client] = whmcs.clients.values()
    assert (client["companyname"], client["email"]) == (company.name, company.email)
    assert (client["country"], client["currency"]) == ("DE", "1")
    theirs = whmcs.invoice_of(invoice.number or "")
    assert (theirs["total"], theirs["status"], theirs["date"]) == ("12.00", "Unpaid", "2026-04-02")
    assert whmcs.balance(theirs["id"]) == Decimal("7.00")
    made = [name for name in whmcs.calls if name.startswith(("Add", "Create"))]
    assert made == ["AddClient", "CreateInvoice", "AddInvoicePayment"]
    pay(company, "7.00")
    settle()
    assert (theirs["status"], whmcs.balance(theirs["id"])) == ("Paid", Decimal(0))


@pytest.mark.verifies("whmcs_billing", "off")
def test_off_nothing_is_sent_read_or_queued(whmcs: WhmcsServer) -> None:
    company = customer()
    bill(company)
    pay(company, "5.00")
    settle()
    assert whmcs.calls == []
    assert not SyncWork.objects.exists()


def test_lines_of_two_rates_make_our_total_to_the_cent(whmcs: WhmcsServer) -> None:
    """10.05 at 19 % and 3.33 at 7 %: 1.91 (1.9095) and 0.23 (0.2331) of tax, 15.52 in all. What
    WHMCS would work out by itself line by line is never asked for."""
    switch_on()
    company = customer()
    rate(company, net="10.05", tax="1.9095", percent="19")
    rate(company, net="3.33", tax="0.2331", percent="7")

    invoice = issue(company)
    assert invoice.total == Decimal("15.52")
    settle()
    theirs = whmcs.invoice_of(invoice.number or "")
    assert theirs["total"] == "15.52"
    amounts = sorted(line["amount"] for line in whmcs.lines[theirs["id"]])
    assert amounts == ["0.23", "1.91", "10.05", "3.33"]
    assert {line["taxed"] for line in whmcs.lines[theirs["id"]]} == {"0"}


def test_a_prepaid_invoice_is_paid_by_what_its_recharges_paid_of_it(whmcs: WhmcsServer) -> None:
    """28.565337 were deducted, the invoice reads 28.57: paid from 20.00 and 30.00 on the balance
    it is 20.00 and 8.57, and nothing is left."""
    switch_on()
    company = make_company()
    pay(company, "20.00")
    pay(company, "30.00")
    rate(company, net="27.089961", quantity=18_059_974)
    invoice = bill(company, "1.475376")
    assert (invoice.total, invoice.status) == (Decimal("28.57"), "paid")
    settle()
    theirs = whmcs.invoice_of(invoice.number or "")
    assert [row["amountin"] for row in whmcs.transactions] == ["20.00", "8.57"]
    assert (theirs["status"], whmcs.balance(theirs["id"])) == ("Paid", Decimal(0))


def test_what_is_less_than_a_cent_is_not_sent(whmcs: WhmcsServer) -> None:
    """10.003 were deducted, the invoice reads 10.00: recharges of 10.00 and 5.00 paid 10.00 and
    0.003 of it."""
    switch_on()
    company = make_company()
    pay(company, "10.00")
    pay(company, "5.00")
    invoice = bill(company, "10.003")
    assert (invoice.total, invoice.status) == (Decimal("10.00"), "paid")
    settle()
    assert [row["amountin"] for row in whmcs.transactions] == ["10.00"]
    skipped = SyncWork.objects.get(status="skipped")
    assert skipped.operation == "payment"
    assert skipped.amount == 0
    assert open_labels() == []


def test_money_on_the_balance_is_not_sent_before_it_pays_an_invoice(whmcs: WhmcsServer) -> None:
    switch_on()
    pay(make_company(), "20.00")
    settle()
    assert whmcs.transactions == []


def test_a_changed_company_is_updated_and_an_unchanged_one_is_not(whmcs: WhmcsServer) -> None:
    switch_on()
    company = customer()
    settle()
    update_company(company, {"city": "Leipzig"}, by=BY, at=AT)
    settle()
    assert whmcs.clients["1"]["city"] == "Leipzig"
    assert whmcs.count("UpdateClient") == 1
    update_company(company, {"timezone": "Europe/Berlin"}, by=BY, at=AT)
    settle()
    assert whmcs.count("UpdateClient") == 1, "WHMCS knows no time zones"


def test_a_client_that_is_there_already_is_taken_by_its_address(whmcs: WhmcsServer) -> None:
    switch_on()
    company = customer()
    whmcs.clients["1"] = {"id": "1", "email": company.email.upper(), "currency": "1"}
    settle()
    assert whmcs.count("AddClient") == 0
    assert whmcs.clients["1"]["companyname"] == company.name


def test_two_companies_are_never_one_client(whmcs: WhmcsServer) -> None:
    switch_on()
    first, second = customer(), customer()
    update_company(second, {"email": first.email}, by=BY, at=AT)
    settle()
    assert whmcs.clients["1"]["companyname"] == first.name
    refused = SyncWork.objects.get(company=second)
    assert refused.status == "waiting"
    assert f"WHMCS knows {first.name} by this e-mail address" in refused.error


def test_a_client_of_another_currency_is_refused(whmcs: WhmcsServer) -> None:
    switch_on()
    company = customer()
    whmcs.clients["1"] = {"id": "1", "email": company.email, "currency": "2"}
    settle()
    assert "is billed in EUR, not in USD" in SyncWork.objects.get().error


@pytest.mark.parametrize(
    ("currency", "says"),
    [("CHF", "WHMCS has no currency CHF"), ("KWD", "WHMCS keeps two decimals, KWD has 3")],
)
def test_a_currency_that_whmcs_lacks_is_named(whmcs: WhmcsServer, currency: str, says: str) -> None:
    switch_on()
    customer(currency=currency)
    settle()
    assert says in SyncWork.objects.get().error
    assert whmcs.clients == {}


def test_a_credit_note_shows_as_credit_on_the_invoice_that_it_pays(whmcs: WhmcsServer) -> None:
    """Of 12.00, 5.00 are credited: 7.00 are left to pay, and no money came in."""
    switch_on()
    company = customer()
    invoice = bill(company, "12")
    note = credit_invoice(
        invoice.pk, amounts={1: Decimal(5)}, reason="Outage", key="k", by=BY, at=AT
    )
    settle()
    theirs = whmcs.invoice_of(invoice.number or "")
    assert (theirs["credit"], theirs["total"], theirs["status"]) == ("5.00", "7.00", "Unpaid")
    assert f"Credited by {note.number}: 5.00" in theirs["notes"]
    assert whmcs.transactions == []
    pay(company, "7.00")
    settle()
    assert (theirs["status"], whmcs.balance(theirs["id"])) == ("Paid", Decimal(0))


def test_a_void_invoice_is_cancelled(whmcs: WhmcsServer) -> None:
    switch_on()
    invoice = bill(customer())
    settle()
    void_invoice(invoice.pk, reason="Wrong customer", key="k", by=BY, at=AT)
    settle()
    theirs = whmcs.invoice_of(invoice.number or "")
    assert theirs["status"] == "Cancelled"
    assert "Wrong customer" in theirs["notes"]
    assert open_labels() == []


def test_a_refund_that_opens_the_invoice_again_opens_it_there(whmcs: WhmcsServer) -> None:

    switch_on()
    company = customer()
    invoice = bill(company, "12")
    payment = pay(company, "12.00")
    settle()
    theirs = whmcs.invoice_of(invoice.number or "")
    assert theirs["status"] == "Paid"
    refund_payment(payment, amount=Decimal(4), reason="Goodwill", key="r", by=BY, at=AT)
    settle()
    assert Invoice.objects.get().amount_due == 4
    assert (theirs["status"], whmcs.balance(theirs["id"])) == ("Unpaid", Decimal(4))
    assert open_labels() == []


def test_services_follow_the_company(whmcs: WhmcsServer, settings: LazySettings) -> None:
    """Product 7 is ours; what others suspended, and what has ended, stays as it is."""
    switch_on()
    settings.WHMCS_PRODUCT_IDS = ["7"]
    company = customer()
    settle()
    for key, (product, status) in enumerate(
        [("7", "Active"), ("8", "Active"), ("7", "Cancelled"), ("7", "Suspended")], start=1
    ):
        whmcs.products[str(key)] = {
            "id": str(key),
            "clientid": "1",
            "pid": product,
            "status": status,
            "suspensionreason": "Abuse" if status == "Suspended" else "",
        }
    suspend_company(company, reason="Overdue", by=BY, at=AT)
    settle()
    assert _states(whmcs) == ["Suspended", "Active", "Cancelled", "Suspended"]
    assert whmcs.products["1"]["suspensionreason"] == "Tollgate: Overdue"
    reactivate_company(company, reason="Paid", by=BY, at=AT)
    settle()
    assert _states(whmcs) == ["Active", "Active", "Cancelled", "Suspended"]
    close_company(company, reason="Moved", by=BY, at=AT)
    settle()
    assert _states(whmcs) == ["Terminated", "Active", "Cancelled", "Terminated"]


def test_all_pages_of_a_short_list_are_read(whmcs: WhmcsServer) -> None:
    """WHMCS gives two rows a page whatever is asked for; ours is the fifth."""
    switch_on()
    company = customer()
    settle()
    whmcs.page = 2
    for key in range(1, 5):
        whmcs.invoices[str(key)] = {"id": str(key), "userid": "1", "notes": "", "status": "Paid"}
    invoice = bill(company)
    settle()
    SyncWork.objects.filter(operation="invoice").update(
        status="waiting", external_id="", leased_until=None
    )
    sync_systems(at=AT)
    assert whmcs.invoice_of(invoice.number or "")
    assert whmcs.count("CreateInvoice") == 1


def test_who_dies_after_the_answer_makes_nothing_twice(whmcs: WhmcsServer) -> None:
    """Each piece of work is carried out by somebody who never records it."""
    switch_on()
    company = customer()
    invoice = bill(company, "12")
    pay(company, "12.00")

    dispatch_outbox(at=AT)
    for _ in range(3):
        work = claim_work(System.WHMCS, at=AT)
        assert work is not None
        carry_out(work)
        assert claim_work(System.WHMCS, at=AT) is None, "it is leased, and the rest waits behind it"
        SyncWork.objects.filter(pk=work.pk).update(leased_until=Now() - timedelta(seconds=1))
        settle_one()
    assert len(whmcs.clients) == len(whmcs.invoices) == len(whmcs.transactions) == 1
    assert whmcs.invoice_of(invoice.number or "")["status"] == "Paid"
    assert open_labels() == []


def settle_one() -> None:

    work = claim_work(System.WHMCS, at=AT)
    assert work is not None
    assert record_outcome(work, carry_out(work), at=AT)


def test_a_company_that_changes_address_between_two_tries_is_not_made_twice(
    whmcs: WhmcsServer,
) -> None:
    switch_on()
    company = customer()
    whmcs.fail("AddClient", "drop_after")
    settle()
    update_company(company, {"email": "new@company.example"}, by=BY, at=AT)
    settle(at=AT + MINUTE)
    [client] = whmcs.clients.values()
    assert client["email"] == "new@company.example"


def _states(whmcs: WhmcsServer) -> list[str]:
    return [row["status"] for row in whmcs.products.values()]


@pytest.mark.parametrize(
    ("action", "kind"),
    [
        (action, kind)
        for action in ("AddClient", "CreateInvoice", "AddInvoicePayment", "GetInvoices")
        for kind in ("drop_before", "drop_after", "timeout", "timeout_after", "html", "500")
    ],
)
def test_whatever_goes_wrong_once_all_arrives_once(
    whmcs: WhmcsServer, action: str, kind: str
) -> None:
    switch_on()
    company = customer()
    invoice = bill(company, "12")
    pay(company, "12.00")
    whmcs.fail(action, kind)
    settle()
    assert open_labels() != []
    settle(at=AT + MINUTE)
    assert open_labels() == []
    assert len(whmcs.clients) == len(whmcs.invoices) == len(whmcs.transactions) == 1
    assert whmcs.invoice_of(invoice.number or "")["status"] == "Paid"


def test_a_slow_answer_is_waited_for(whmcs: WhmcsServer) -> None:
    switch_on()
    bill(customer())
    whmcs.fail("*", "slow", times=5)
    settle()
    assert open_labels() == []


def test_a_redirect_is_not_followed(whmcs: WhmcsServer) -> None:
    switch_on()
    customer()
    whmcs.fail("GetClients", "redirect")
    settle()
    assert "at another address" in SyncWork.objects.get().error


def test_an_invoice_whose_total_differs_there_is_refused(whmcs: WhmcsServer) -> None:
    switch_on()
    company = customer()
    settle()
    invoice = bill(company, "12")
    whmcs.invoices["55"] = {
        "id": "55",
        "userid": "1",
        "status": "Unpaid",
        "notes": f"Tollgate invoice {invoice.number}",
        "credit": "0.00",
        "taxrate": "0",
    }
    whmcs.lines["55"] = [{"description": "x", "amount": "11.99", "taxed": "0"}]
    whmcs._add_up("55")
    settle()
    work = SyncWork.objects.get(operation="invoice")
    assert f"comes to 11.99, {invoice.number} to 12.00" in work.error
    assert whmcs.count("CreateInvoice") == 0


def test_dates_are_those_of_the_customers_zone(whmcs: WhmcsServer) -> None:
    """01:00 UTC on 2 April is still the first in New York."""
    switch_on()
    company = customer(timezone="America/New_York")
    rate(company, net="3")

    invoice = issue(company, at=datetime(2026, 4, 2, 1, tzinfo=UTC))
    settle()
    assert whmcs.invoice_of(invoice.number or "")["date"] == "2026-04-01"
