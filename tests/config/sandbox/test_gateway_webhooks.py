"""Every outcome is told once, signed, again until it is heard, and wrongly on order."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
import stripe

from config.sandbox.testing import Stack
from tests.config.sandbox.conftest import Mailbox, Payer

Order = Callable[..., object]


def wait_until_delivered(stripe_sandbox: Stack, event_id: str) -> int:
    """How many attempts it took; no other follows. Fails after 5 seconds."""
    deadline = time.monotonic() + 5
    while True:
        (event,) = (e for e in stripe_sandbox.state()["events"] if e["id"] == event_id)
        if event["state"] == "delivered":
            return int(event["attempts"])
        assert time.monotonic() < deadline, event
        time.sleep(0.02)


def test_a_charge_is_told_once_with_a_valid_signature(
    payer: Payer, mailbox: Mailbox, stripe_sandbox: Stack
) -> None:
    intent = payer.charge(47500)
    (event,) = mailbox.wait_for(1, "payment_intent.succeeded")
    assert event.data.object["id"] == intent.id
    assert event.data.object["amount_received"] == 47500
    assert wait_until_delivered(stripe_sandbox, event.id) == 1


def test_a_decline_is_told_with_its_reason(payer: Payer, mailbox: Mailbox) -> None:
    with pytest.raises(stripe.CardError):
        payer.charge(100, method=payer.add_card("pm_card_chargeCustomerFail"))
    event = mailbox.wait_for(1, "payment_intent.payment_failed")[0]
    assert event.data.object["last_payment_error"]["decline_code"] == "generic_decline"


def test_refunds_and_disputes_are_told(
    payer: Payer, mailbox: Mailbox, stripe_sandbox: Stack
) -> None:
    first, second = payer.charge(500), payer.charge(600)
    payer.client.v1.refunds.create({"payment_intent": first.id})
    mailbox.wait_for(1, "refund.created")
    mailbox.wait_for(1, "charge.refunded")
    dispute = stripe_sandbox.control("disputes", charge=second.latest_charge, amount=250)
    assert mailbox.wait_for(1, "charge.dispute.created")[0].data.object["amount"] == 250
    stripe_sandbox.control(f"disputes/{dispute['id']}/close", outcome="lost")
    assert mailbox.wait_for(1, "charge.dispute.closed")[0].data.object["status"] == "lost"


def test_what_the_endpoint_refuses_is_delivered_again(payer: Payer, mailbox: Mailbox) -> None:
    mailbox.refuse = 1
    intent = payer.charge(100)
    event = mailbox.wait_for(1, "payment_intent.succeeded")[0]
    assert event.data.object["id"] == intent.id
    assert mailbox.refuse == 0


def test_an_event_comes_three_times_on_order(payer: Payer, mailbox: Mailbox, order: Order) -> None:
    order("repeat_webhooks", times=2)
    payer.charge(100)
    events = mailbox.wait_for(3, "payment_intent.succeeded")
    assert len({event.id for event in events}) == 1


def test_two_events_change_places_on_order(payer: Payer, mailbox: Mailbox, order: Order) -> None:
    order("reorder_webhooks", count=2)
    first, second = payer.charge(100), payer.charge(200)
    events = mailbox.wait_for(2, "payment_intent.succeeded")
    assert [event.data.object["id"] for event in events] == [second.id, first.id]


def test_an_event_comes_late_on_order(payer: Payer, mailbox: Mailbox, order: Order) -> None:
    order("delay_webhooks", seconds=1)
    started = time.monotonic()
    payer.charge(100)
    mailbox.wait_for(1, "payment_intent.succeeded")
    assert time.monotonic() - started >= 1


def test_a_dropped_event_never_comes_and_can_be_sent_again(
    payer: Payer, mailbox: Mailbox, order: Order, stripe_sandbox: Stack
) -> None:
    order("drop_webhooks")
    payer.charge(100)
    dropped = stripe_sandbox.state()["events"][0]
    assert (dropped["state"], dropped["attempts"]) == ("dropped", 0)
    stripe_sandbox.control(f"events/{dropped['id']}/resend")
    assert mailbox.wait_for(1)[0].id == dropped["id"]
    assert wait_until_delivered(stripe_sandbox, dropped["id"]) == 1


def test_a_forged_signature_comes_before_the_true_one_on_order(
    payer: Payer, mailbox: Mailbox, order: Order
) -> None:
    order("bad_signature")
    payer.charge(100)
    mailbox.wait_for(1, "payment_intent.succeeded")
    assert mailbox.forged == 1


def test_a_wrong_amount_is_charged_on_order(payer: Payer, mailbox: Mailbox, order: Order) -> None:
    order("wrong_amount", delta=5)
    intent = payer.charge(47500)
    assert intent.amount_received == 47505
    event = mailbox.wait_for(1, "payment_intent.succeeded")[0]
    assert event.data.object["amount_received"] == 47505


def test_an_unknown_fault_is_refused_with_the_list(stripe_sandbox: Stack, order: Order) -> None:
    with pytest.raises(OSError, match="400"):
        order("earthquake")
