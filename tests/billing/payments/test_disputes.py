"""Disputes: the bank takes the money at once, and gives it back when we win."""

from __future__ import annotations

from decimal import Decimal

import pytest

from billing.ledger.models import AccountKind
from billing.ledger.queries import balance
from billing.payments.models import Dispute, Payment
from config.sandbox.testing import Stack
from tests.billing.payments.cards import stripe_client
from tests.billing.payments.gateway_news import deliver, news
from tests.billing.payments.test_refunds import own, paid

pytestmark = pytest.mark.django_db


def disputed(stripe_sandbox: Stack, payment: Payment) -> str:
    intent = stripe_client().v1.payment_intents.retrieve(payment.gateway_reference)
    return str(stripe_sandbox.control("disputes", charge=intent.latest_charge)["id"])


def test_an_open_dispute_takes_the_money_and_a_lost_one_keeps_it(stripe_sandbox: Stack) -> None:
    company, payment = paid("475")
    dispute = disputed(stripe_sandbox, payment)
    for event in news(stripe_sandbox, "charge.dispute.created", about=dispute):
        deliver(event)
        deliver(event)
    payment.refresh_from_db()
    assert payment.status == Payment.Status.DISPUTED
    assert company.payment_methods.get().is_refused, "not charged again by itself"
    assert balance(company).balance == 0
    assert own(AccountKind.CASH) == 0
    stripe_sandbox.control(f"disputes/{dispute}/close", outcome="lost")
    for event in news(stripe_sandbox, "charge.dispute.closed", about=dispute):
        deliver(event)
    assert Dispute.objects.get().status == Dispute.Status.LOST
    assert balance(company).balance == 0


def test_a_won_dispute_gives_it_back_in_whatever_order_the_news_come(
    stripe_sandbox: Stack,
) -> None:
    company, payment = paid("475")
    dispute = disputed(stripe_sandbox, payment)
    stripe_sandbox.control(f"disputes/{dispute}/close", outcome="won")
    for kind in ("closed", "funds_reinstated", "funds_withdrawn", "created", "closed"):
        for event in news(stripe_sandbox, f"charge.dispute.{kind}", about=dispute):
            deliver(event)
    payment.refresh_from_db()
    assert payment.status == Payment.Status.COMPLETED
    assert not company.payment_methods.get().is_refused
    assert Dispute.objects.get().status == Dispute.Status.WON
    assert balance(company).balance == Decimal(475)
    assert own(AccountKind.CASH) == -475


def test_the_gateways_fee_is_ours(stripe_sandbox: Stack) -> None:
    company, payment = paid("475")
    dispute = disputed(stripe_sandbox, payment)
    [event] = news(stripe_sandbox, "charge.dispute.created", about=dispute)
    event["data"]["object"]["balance_transactions"] = [{"fee": 1500}]
    deliver(event)
    deliver(event | {"id": "evt_update", "type": "charge.dispute.updated"})
    assert own(AccountKind.FEES) == -15
    assert balance(company).balance == 0
