"""Two payers of one top-up invoice at once. Each test fails without the lock it is about."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from threading import Event
from time import sleep

import pytest
from django.db import transaction

from billing.ledger.queries import balance
from billing.payments.models import Payment
from billing.topups.actions.issuing import issue_top_up_invoice, void_top_up_invoice
from billing.topups.actions.paying import pay_top_up_invoice
from billing.topups.exceptions import TopUpInvoiceNotOpen, TopUpPaymentRunning
from billing.topups.models import TopUpInvoice
from config.sandbox.testing import Stack
from tests.billing.payments.cards import save_card, usd
from tests.billing.recharges.companies import books_agree
from tests.billing.topups.asking import ask, state, transfer
from tests.factories import BY, NOW, make_company, new_key
from tests.two_sessions import at_once, failures

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _books_agree(transactional_db: None) -> Iterator[None]:
    yield
    assert books_agree()


def test_two_cards_at_once_pay_it_once(stripe_sandbox: Stack) -> None:
    company = make_company()
    card = save_card(company)
    invoice = ask(company)

    def pays() -> str:
        return pay_top_up_invoice(invoice.pk, card=card, key=new_key(), by=BY, at=NOW).status

    outcomes = at_once(*[pays for _ in range(6)])
    assert [one for one in outcomes if not isinstance(one, Exception)] == ["completed"]
    refused = (TopUpInvoiceNotOpen, TopUpPaymentRunning)
    assert all(isinstance(error, refused) for error in failures(outcomes))
    assert Payment.objects.count() == 1
    assert state(invoice) == ("paid", "0.00")
    assert balance(company).balance == Decimal(300)


def test_a_card_waits_for_a_transfer_and_charges_what_is_left(stripe_sandbox: Stack) -> None:
    """Without the locks the card would be charged 300.00."""
    company = make_company()
    card = save_card(company)
    invoice = ask(company)
    is_recorded = Event()

    def records() -> str:
        with transaction.atomic():
            transfer(company, "100.00", paying=invoice)
            is_recorded.set()
            sleep(0.7)
        return "recorded"

    def pays() -> str:
        is_recorded.wait(10)
        payment = pay_top_up_invoice(invoice.pk, card=card, key=new_key(), by=BY, at=NOW)
        return f"{payment.amount.amount:.2f}"

    assert at_once(records, pays) == ["recorded", "200.00"]
    assert state(invoice) == ("paid", "0.00")
    assert balance(company).balance == Decimal(300)


def test_who_voids_waits_for_who_pays() -> None:
    """Without the locks a void one would have money on it."""
    company = make_company()
    invoice = ask(company)
    is_recorded = Event()

    def records() -> str:
        with transaction.atomic():
            transfer(company, "100.00", paying=invoice)
            is_recorded.set()
            sleep(0.7)
        return "recorded"

    def voids() -> str:
        is_recorded.wait(10)
        return void_top_up_invoice(invoice.pk, reason="x", by=BY, at=NOW).status

    outcomes = at_once(records, voids)
    assert outcomes[0] == "recorded"
    assert len(failures(outcomes)) == 1
    assert state(invoice) == ("open", "200.00")


def test_many_clicks_with_one_key_issue_one() -> None:
    company = make_company()

    def asks() -> str:
        return issue_top_up_invoice(company, amount=usd("50"), key="click", by=BY, at=NOW).number

    assert at_once(*[asks for _ in range(8)]) == ["TU-000001"] * 8
    assert TopUpInvoice.objects.count() == 1
