"""What is paid of a top-up invoice is what stayed: refunds and disputes take it back."""

from __future__ import annotations

from decimal import Decimal

import pytest

from billing.insight.books import prove_books
from billing.ledger.queries import balance
from billing.payments.actions.refunds import refund_payment
from billing.payments.models import Payment
from billing.topups.actions.issuing import void_top_up_invoice
from billing.topups.actions.paying import pay_top_up_invoice
from billing.topups.exceptions import TopUpInvoiceHasMoney
from config.sandbox.testing import Stack
from tests.billing.payments.cards import save_card
from tests.billing.payments.gateway_news import deliver, news
from tests.billing.payments.test_disputes import disputed
from tests.billing.topups.asking import ask, state, transfer
from tests.factories import BY, NOW, make_company, new_key

pytestmark = pytest.mark.django_db


def refund(payment: Payment, amount: str) -> None:
    refund_payment(
        payment, amount=Decimal(amount), reason="Wanted back", key=new_key(), by=BY, at=NOW
    )


def books_hold() -> bool:
    return all(proof.holds for proof in prove_books())


def test_a_refund_is_due_again_and_all_refunded_it_may_be_voided() -> None:
    """300.00 paid; 50.00 go back: 50.00 due. The other 250.00 too: 300.00 due, nothing is paid."""
    company = make_company()
    invoice = ask(company)
    payment = transfer(company, "300.00", paying=invoice)
    refund(payment, "50.00")
    assert state(invoice) == ("open", "50.00")
    assert invoice.status_reason == "A payment was taken back"
    assert balance(company).balance == Decimal(250)
    with pytest.raises(TopUpInvoiceHasMoney):
        void_top_up_invoice(invoice.pk, reason="x", by=BY, at=NOW)
    refund(payment, "250.00")
    assert state(invoice) == ("open", "300.00")
    void_top_up_invoice(invoice.pk, reason="Refunded", by=BY, at=NOW)
    assert state(invoice) == ("void", "0.00")
    assert balance(company).balance == 0
    assert books_hold()


def test_a_refund_of_what_was_over_leaves_it_paid() -> None:
    """350.00 came for 300.00; refunding 50.00 of it leaves 300.00: nothing is due."""
    company = make_company()
    invoice = ask(company)
    refund(transfer(company, "350.00", paying=invoice), "20.00")
    assert state(invoice) == ("paid", "0.00")
    assert balance(company).balance == Decimal(330)
    assert books_hold()


def test_a_disputed_payment_is_due_again_until_the_dispute_is_won(stripe_sandbox: Stack) -> None:
    """100.00 by transfer stay, 200.00 by card are disputed: 200.00 due, and paid when won."""
    company = make_company()
    card = save_card(company)
    invoice = ask(company)
    transfer(company, "100.00", paying=invoice)
    payment = pay_top_up_invoice(invoice.pk, card=card, key=new_key(), by=BY, at=NOW)
    assert state(invoice) == ("paid", "0.00")

    dispute = disputed(stripe_sandbox, payment)
    for event in news(stripe_sandbox, "charge.dispute.created", about=dispute):
        deliver(event)
    assert state(invoice) == ("open", "200.00")
    assert balance(company).balance == Decimal(100)
    assert books_hold()

    stripe_sandbox.control(f"disputes/{dispute}/close", outcome="won")
    for event in news(stripe_sandbox, "charge.dispute.closed", about=dispute):
        deliver(event)
    assert state(invoice) == ("paid", "0.00")
    assert balance(company).balance == Decimal(300)
    assert books_hold()
