"""An unpaid invoice is given up: dunning stops, the books say by whom and why."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from djmoney.money import Money
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from accounts.companies.models import Company
from billing.dunning.models import DunningClock
from billing.dunning.tasks import pursue_debts
from billing.invoicing.corrections import credit_invoice, void_invoice
from billing.invoicing.exceptions import CannotCorrect, PaymentRunning
from billing.invoicing.funds import apply_funds
from billing.invoicing.models import Invoice, InvoicePayment
from billing.ledger.exceptions import SecondPersonNeeded
from billing.ledger.models import Leg
from billing.ledger.queries import balance, lock_account
from billing.payments.models import Payment
from billing.writeoffs.actions import approve_write_off, decline_write_off, propose_write_off
from billing.writeoffs.exceptions import (
    NothingToWriteOff,
    WriteOffDecided,
    WriteOffKeyReused,
    WriteOffProposed,
)
from billing.writeoffs.models import WriteOff
from tests.accounts.access.client import Api
from tests.billing.invoicing.months import CLOSED_AT, issue, use_as_charged
from tests.books import faults
from tests.factories import BY, credit, make_company, new_key
from tests.two_sessions import at_once

D = Decimal
DAY = timedelta(days=1)
ANOTHER = "staff:ben@provider.example"


def unpaid(net: str, *, paid: str = "") -> Invoice:
    """An invoice with 20 % tax, of which `paid` is paid."""
    company = make_company(billing_type="postpaid", credit_limit=None, tax_percent=D(20))
    if paid:
        credit(company, paid)
    use_as_charged(company, net=net)
    return issue(company)


def write_off(invoice: Invoice, *, key: str = "", reason: str = "Insolvent") -> WriteOff:
    return propose_write_off(
        invoice.pk, reason=reason, key=key or new_key(), by=BY, at=CLOSED_AT + DAY
    )


def given_up(company: Company) -> Decimal:
    """What stands on our account of write-offs for the company, as a loss."""
    legs = Leg.objects.filter(account__kind="write_off", entry__company=company)
    return -sum((leg.amount for leg in legs), D(0))


@pytest.mark.django_db
def test_what_is_due_is_given_up_and_dunning_stops() -> None:
    """100 + 20 % = 120, 30 of it paid: 90 are given up; the balance goes from −90 to 0."""
    invoice = unpaid("100", paid="30")
    pursue_debts(at=CLOSED_AT + 11 * DAY)
    assert Company.objects.get().status == "suspended"
    assert balance(invoice.company).balance == -90
    propose_write_off(invoice.pk, reason="Insolvent", key=new_key(), by=BY, at=CLOSED_AT + 11 * DAY)
    invoice.refresh_from_db()
    assert (invoice.status, invoice.status_reason) == ("uncollectible", "Insolvent")
    assert (invoice.amount_due, balance(invoice.company).balance) == (D(0), D(0))
    assert given_up(invoice.company) == 90
    pursue_debts(at=CLOSED_AT + 12 * DAY)
    assert not DunningClock.objects.exists()
    assert Company.objects.get().status == "active"
    assert faults() == []


@pytest.mark.django_db
def test_above_the_set_amount_a_second_person_approves() -> None:
    """600.00 is above 500: proposed; 100 are paid meanwhile, 500 are given up in the end."""
    invoice = unpaid("500")
    proposed = write_off(invoice)
    assert (proposed.status, balance(invoice.company).balance) == ("proposed", D(-600))
    with pytest.raises(WriteOffProposed):
        write_off(invoice)
    with pytest.raises(SecondPersonNeeded):
        approve_write_off(proposed.pk, by=BY, at=CLOSED_AT + DAY)
    credit(invoice.company, "100", at=CLOSED_AT + DAY)
    apply_funds(invoice.company, lock_account(invoice.company_id, "USD"), at=CLOSED_AT + DAY)
    booked = approve_write_off(proposed.pk, by=ANOTHER, at=CLOSED_AT + DAY)
    assert (booked.status, booked.amount, given_up(invoice.company)) == ("booked", D(500), D(500))
    assert balance(invoice.company).balance == 0
    with pytest.raises(WriteOffDecided):
        decline_write_off(proposed.pk, by=ANOTHER, at=CLOSED_AT + DAY)
    assert faults() == []


@pytest.mark.django_db
def test_a_declined_one_changes_nothing_and_may_be_proposed_anew() -> None:
    invoice = unpaid("500")
    decline_write_off(write_off(invoice).pk, by=BY, at=CLOSED_AT + DAY)
    assert Invoice.objects.get().status == "open"
    assert write_off(invoice).status == "proposed"


@pytest.mark.django_db
def test_only_what_is_due_can_be_given_up_and_only_once() -> None:
    invoice = unpaid("100")
    first = write_off(invoice, key="once")
    assert write_off(invoice, key="once") == first
    with pytest.raises(WriteOffKeyReused):
        write_off(invoice, key="once", reason="Another")
    with pytest.raises(NothingToWriteOff):
        write_off(invoice)
    with pytest.raises(NothingToWriteOff):
        write_off(unpaid("10", paid="12"))
    assert given_up(invoice.company) == 120


@pytest.mark.django_db
def test_while_a_card_is_charged_for_it_it_is_not_given_up() -> None:
    invoice = unpaid("100")
    payment = Payment.objects.create(
        company=invoice.company,
        purpose="invoice",
        method="card",
        gateway="stripe",
        amount=Money(120, "USD"),
        status="pending",
        key=new_key(),
        by=BY,
        created_at=CLOSED_AT,
    )
    InvoicePayment.objects.create(invoice=invoice, payment=payment)
    with pytest.raises(PaymentRunning):
        write_off(invoice)


@pytest.mark.django_db
def test_what_was_given_up_is_neither_credited_nor_voided() -> None:
    invoice = unpaid("100")
    write_off(invoice)
    with pytest.raises(CannotCorrect):
        void_invoice(invoice.pk, reason="No", key=new_key(), by=BY, at=CLOSED_AT + DAY)
    with pytest.raises(CannotCorrect):
        credit_invoice(
            invoice.pk, amounts=None, reason="No", key=new_key(), by=BY, at=CLOSED_AT + DAY
        )


@pytest.mark.django_db
def test_staff_write_off_over_the_api(staff_api: Api) -> None:
    invoice = unpaid("100")
    route = f"invoices/{invoice.pk}/write-off/"
    assert staff_api.call("post", route, {"reason": "Gone"}).status_code == 400  # without a key
    done = staff_api.call("post", route, {"reason": "Gone"}, key=new_key())
    assert (done.status_code, done.json()["status"], done.json()["amount"]) == (
        201,
        "booked",
        "120",
    )
    assert staff_api.call("get", f"invoices/{invoice.pk}/").json()["status"] == "uncollectible"
    assert len(staff_api.call("get", "write-offs/").json()["results"]) == 1
    again = staff_api.call("post", route, {"reason": "Gone"}, key=new_key())
    assert again.json()["errors"][0]["code"] == "nothing_to_write_off"


@pytest.mark.django_db(transaction=True)
def test_two_at_once_give_it_up_once() -> None:
    invoice = unpaid("100")
    outcomes = at_once(lambda: write_off(invoice), lambda: write_off(invoice))
    assert sum(isinstance(each, WriteOff) for each in outcomes) == 1
    assert given_up(invoice.company) == 120
    assert faults() == []


class AnyDebt(TestCase):
    """Property: whatever is due, exactly that is given up, and the balance is what it was more."""

    @settings(max_examples=10, deadline=None)
    @given(net=st.decimals("0.01", "400", places=2), paid=st.decimals("0.01", "400", places=2))
    def test_the_balance_rises_by_what_was_due(self, net: Decimal, paid: Decimal) -> None:
        invoice = unpaid(str(net), paid=str(paid))
        before, due = balance(invoice.company).balance, invoice.amount_due
        if due:
            write_off(invoice)
        assert balance(invoice.company).balance == before + due
        assert given_up(invoice.company) == due
        assert faults() == []
