"""What customers pay in WHMCS is booked here, once; what is not clear is shown."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db.models import Sum

from billing.integrations.actions import NotUnmatched, dismiss
from billing.integrations.adapters.base import TheirPayment
from billing.integrations.incoming import take_in
from billing.integrations.models import IncomingPayment, System
from billing.invoicing.models import Invoice
from billing.ledger.models import Leg
from billing.ledger.queries import balance
from billing.payments.models import Payment
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
from tests.factories import BY, LONG_AGO
from tests.two_sessions import at_once

pytestmark = pytest.mark.django_db
LATER = AT + 10 * MINUTE


def sent(whmcs: WhmcsServer, invoice: Invoice) -> str:
    return whmcs.invoice_of(invoice.number or "")["id"]


@pytest.mark.verifies("whmcs_billing", "on")
def test_a_payment_in_whmcs_pays_the_invoice_here_once(whmcs: WhmcsServer) -> None:
    """cash:whmcs −12, customer +12; the receipt says when it was paid there."""
    switch_on()
    company = customer()
    invoice = bill(company, "12")
    settle()
    whmcs.pay(sent(whmcs, invoice), "12.00", reference="PAYPAL-1", date="2026-04-02 00:30:00")
    for minutes in (10, 20, 30):
        settle(at=AT + minutes * MINUTE)
    payment = Payment.objects.get()
    assert (payment.method, payment.gateway, payment.reference) == (
        "whmcs",
        "whmcs",
        invoice.number,
    )
    assert f"{payment.received_at:%H:%M}" == "00:30"
    invoice.refresh_from_db()
    assert invoice.status == "paid"
    cash = Leg.objects.filter(account__kind="cash", account__detail="whmcs")
    assert cash.aggregate(total=Sum("amount"))["total"] == -12
    assert balance(company).balance == 0
    assert len(whmcs.transactions) == 1, "it is not sent back to where it came from"
    assert open_labels() == []


def test_it_goes_to_the_invoice_that_it_was_paid_for_not_to_the_oldest(
    whmcs: WhmcsServer,
) -> None:
    switch_on()
    company = customer()
    older = bill(company, "12")
    rate(company, net="7", at=AT)
    newer = issue(company, at=AT + timedelta(days=31))
    settle(at=AT + timedelta(days=31))
    whmcs.pay(sent(whmcs, newer), "7.00")
    settle(at=AT + timedelta(days=32))
    older.refresh_from_db()
    newer.refresh_from_db()
    assert (older.status, newer.status) == ("open", "paid")


def test_what_is_overpaid_there_pays_the_next_invoice_as_credit_not_as_money(
    whmcs: WhmcsServer,
) -> None:
    """20.00 for an invoice of 12.00: 8.00 stay, and of the next 10.00 they pay 8.00."""
    switch_on()
    company = customer()
    first = bill(company, "12")
    settle()
    whmcs.pay(sent(whmcs, first), "20.00")
    settle(at=LATER)
    assert balance(company).balance == 8
    rate(company, net="10", at=AT)
    at = AT + timedelta(days=31)
    second = issue(company, at=at)
    settle(at=at)
    assert second.payable == 2
    theirs = whmcs.invoice_of(second.number or "")
    assert (theirs["credit"], theirs["total"]) == ("8.00", "2.00")
    assert len(whmcs.transactions) == 1


def test_what_we_sent_is_not_read_back(whmcs: WhmcsServer) -> None:
    switch_on()
    company = customer()
    bill(company, "12")
    pay(company, "5.00")
    settle()
    settle(at=LATER)
    assert Payment.objects.count() == 1
    assert not IncomingPayment.objects.exists()


def test_what_is_not_clear_is_listed_with_the_reason(whmcs: WhmcsServer) -> None:
    switch_on()
    company = customer()
    invoice = bill(company, "12")
    settle()
    theirs = sent(whmcs, invoice)
    whmcs.invoices["900"] = {**whmcs.invoices[theirs], "id": "900", "notes": "Hosting"}
    whmcs.pay("900", "3.00")
    whmcs.pay("0", "4.00")
    whmcs._add_transaction(theirs, amountout="5.00", transid="refund")
    settle(at=LATER)
    assert not Payment.objects.exists()
    reasons = list(IncomingPayment.objects.order_by("external_id").values_list("reason", flat=True))
    assert reasons == [
        "It pays invoice 900 of WHMCS, which did not come from here.",
        "It names no invoice in WHMCS.",
        "Money went back in WHMCS: record it here by hand.",
    ]
    row = IncomingPayment.objects.order_by("external_id").first()
    assert row is not None
    dismiss(row.pk, reason="Hosting, not ours", by=BY, at=LATER)
    settle(at=LATER + 10 * MINUTE)
    row.refresh_from_db()
    assert (row.status, row.reason) == ("dismissed", "Hosting, not ours")
    with pytest.raises(NotUnmatched):
        dismiss(row.pk, reason="Again", by=BY, at=LATER)


def test_an_outage_while_reading_loses_nothing(whmcs: WhmcsServer) -> None:
    switch_on()
    invoice = bill(customer(), "12")
    settle()
    whmcs.pay(sent(whmcs, invoice), "12.00")
    for hour, kind in enumerate(("drop_after", "html", "500", "timeout")):
        whmcs.fail("GetTransactions", kind)
        settle(at=LATER + hour * 60 * MINUTE)
        assert not Payment.objects.exists()
    assert whmcs.count("GetTransactions") == 5, "once before it was paid, and four in vain"
    settle(at=LATER + 5 * 60 * MINUTE)
    assert Payment.objects.get().amount.amount == 12


@pytest.mark.verifies("whmcs_billing", "off")
def test_off_nothing_is_read(whmcs: WhmcsServer) -> None:
    invoice = bill(customer(), "12")
    whmcs.clients["1"] = {"id": "1"}
    settle(at=LATER)
    assert whmcs.calls == []
    invoice.refresh_from_db()
    assert invoice.status == "open"


@pytest.mark.django_db(transaction=True)
def test_two_readers_at_once_book_it_once(whmcs: WhmcsServer) -> None:
    switch_on(at=LONG_AGO)
    company = customer()
    invoice = bill(company, "12")
    settle()
    seen = TheirPayment(
        id="77",
        contact="1",
        invoice=sent(whmcs, invoice),
        amount=Decimal("12.00"),
        currency="",
        paid_at=AT,
        reference="",
    )
    booked = at_once(*[lambda: take_in(System.WHMCS, [seen], at=LATER)] * 4)
    assert sorted(booked) == [0, 0, 0, 1]  # type: ignore[type-var]
    assert Payment.objects.count() == 1
    assert balance(company).balance == 0
