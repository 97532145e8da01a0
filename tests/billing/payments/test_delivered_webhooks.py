"""Webhooks as the gateway delivers them by itself: late, twice, out of order, forged."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from time import monotonic, sleep

import pytest
from pytest_django.live_server_helper import LiveServer

from billing.ledger.queries import balance
from billing.payments.actions.charging import charge_card
from billing.payments.models import GatewayEvent, Payment
from config.sandbox.testing import Stack
from tests.billing.payments.cards import WANTS_3DS, authenticate, card_token, save_card, usd
from tests.billing.payments.gateway_news import ROUTE
from tests.factories import BY, NOW, make_company, new_key

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE_SECONDS = 20


@pytest.fixture(autouse=True)
def _endpoint(stripe_sandbox: Stack, live_server: LiveServer) -> Iterator[None]:
    secret = stripe_sandbox.settings["STRIPE_WEBHOOK_SECRET"]
    stripe_sandbox.control("endpoint", url=f"{live_server.url}{ROUTE}", secret=secret)
    yield
    stripe_sandbox.control("endpoint", url="", secret="")


def waits_for_bank() -> Payment:
    company = make_company()
    return charge_card(
        company,
        amount=usd("100"),
        purpose=Payment.Purpose.TOP_UP,
        card=save_card(company, card_token(WANTS_3DS)),
        key=new_key(),
        by=BY,
        at=NOW,
    )


def wait_until_handled(kind: str, *, attempts: int = 1) -> GatewayEvent:
    """The stored event of this type once it has been delivered so often."""
    deadline = monotonic() + PATIENCE_SECONDS
    while monotonic() < deadline:
        event = GatewayEvent.objects.filter(type=kind, attempts__gte=attempts).first()
        if event is not None and event.status != GatewayEvent.Status.WAITING:
            return event
        sleep(0.1)
    pytest.fail(f"{kind} did not come {attempts} times.")


def confirmed(payment: Payment) -> Payment:
    authenticate(payment.client_secret, success=True)
    return payment


def test_delivered_three_times_it_is_booked_once(stripe_sandbox: Stack) -> None:
    payment = waits_for_bank()
    kind = "payment_intent.succeeded"
    stripe_sandbox.control(fault="repeat_webhooks", times=2, types=[kind])
    confirmed(payment)
    assert wait_until_handled(kind, attempts=3).status == GatewayEvent.Status.DONE
    assert balance(payment.company).balance == Decimal(100)


def test_delivered_out_of_order_it_is_booked_all_the_same(stripe_sandbox: Stack) -> None:
    stripe_sandbox.control(fault="reorder_webhooks", count=3)
    payment = confirmed(waits_for_bank())
    wait_until_handled("payment_intent.succeeded")
    wait_until_handled("payment_intent.requires_action")
    payment.refresh_from_db()
    assert payment.status == Payment.Status.COMPLETED
    assert balance(payment.company).balance == Decimal(100)


def test_forged_one_is_refused_and_the_gateways_retry_is_believed(stripe_sandbox: Stack) -> None:
    payment = waits_for_bank()
    kind = "payment_intent.succeeded"
    stripe_sandbox.control(fault="bad_signature", types=[kind])
    confirmed(payment)
    wait_until_handled(kind)
    [entry] = [
        one
        for one in stripe_sandbox.state()["events"]
        if one["type"] == kind and str(payment.pk) in str(one["body"])
    ]
    assert entry["attempts"] >= 2, "the forged delivery was answered 400"
    assert balance(payment.company).balance == Decimal(100)
