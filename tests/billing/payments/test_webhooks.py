"""The gateway's own news: believed once, in any order, and only when they are the gateway's."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from time import time

import pytest

from accounts.companies.models import Company
from billing.ledger.queries import balance
from billing.payments.actions.charging import charge_card
from billing.payments.models import GatewayEvent, Payment
from billing.payments.tasks import handle_gateway_events
from config.sandbox.testing import Stack
from tests.accounts.access.client import error_of
from tests.billing.payments.cards import (
    WANTS_3DS,
    authenticate,
    card_token,
    save_card,
    stripe_client,
    usd,
)
from tests.billing.payments.gateway_news import deliver, news
from tests.factories import BY, NOW, make_company, new_key

pytestmark = pytest.mark.django_db


def paying(token: str = "", amount: str = "100") -> tuple[Company, Payment]:
    company = make_company()
    card = save_card(company, token) if token else save_card(company)
    payment = charge_card(
        company,
        amount=usd(amount),
        purpose=Payment.Purpose.TOP_UP,
        card=card,
        key=new_key(),
        by=BY,
        at=NOW,
    )
    return company, payment


def test_a_duplicate_changes_nothing(stripe_sandbox: Stack) -> None:
    company, payment = paying()
    [event] = news(stripe_sandbox, "payment_intent.succeeded", about=str(payment.pk))
    for _ in range(3):
        assert deliver(event).json() == {"received": True}
    stored = GatewayEvent.objects.get(reference=event["id"])
    assert (stored.status, stored.attempts) == (GatewayEvent.Status.DONE, 3)
    assert balance(company).balance == Decimal(100)


def test_3d_secure_is_booked_when_the_webhook_says_so(stripe_sandbox: Stack) -> None:
    company, payment = paying(card_token(WANTS_3DS))
    authenticate(payment.client_secret, success=True)
    [done] = news(stripe_sandbox, "payment_intent.succeeded", about=str(payment.pk))
    [asked] = news(stripe_sandbox, "payment_intent.requires_action", about=str(payment.pk))
    deliver(done)
    deliver(asked)
    payment.refresh_from_db()
    assert payment.status == Payment.Status.COMPLETED, "a late 'requires action' is old news"
    assert balance(company).balance == Decimal(100)


def test_late_failure_does_not_undo_what_is_booked(stripe_sandbox: Stack) -> None:
    """The customer fails once, then pays: the first webhook arrives last."""
    company, payment = paying(card_token(WANTS_3DS))
    authenticate(payment.client_secret, success=False)
    [failed] = news(stripe_sandbox, "payment_intent.payment_failed", about=str(payment.pk))
    stripe_client().v1.payment_intents.confirm(
        payment.gateway_reference, {"payment_method": "pm_card_visa"}
    )
    [done] = news(stripe_sandbox, "payment_intent.succeeded", about=str(payment.pk))
    deliver(done)
    deliver(failed)
    payment.refresh_from_db()
    assert payment.status == Payment.Status.COMPLETED
    assert balance(company).balance == Decimal(100)


def test_money_that_comes_after_a_failure_is_booked(stripe_sandbox: Stack) -> None:
    company, payment = paying(card_token(WANTS_3DS))
    authenticate(payment.client_secret, success=False)
    [failed] = news(stripe_sandbox, "payment_intent.payment_failed", about=str(payment.pk))
    deliver(failed)
    payment.refresh_from_db()
    assert payment.status == Payment.Status.FAILED
    stripe_client().v1.payment_intents.confirm(
        payment.gateway_reference, {"payment_method": "pm_card_visa"}
    )
    [done] = news(stripe_sandbox, "payment_intent.succeeded", about=str(payment.pk))
    deliver(done)
    payment.refresh_from_db()
    assert payment.status == Payment.Status.COMPLETED
    assert balance(company).balance == Decimal(100)


def test_wrong_amount_is_flagged_not_booked(stripe_sandbox: Stack) -> None:
    company, payment = paying(card_token(WANTS_3DS))
    authenticate(payment.client_secret, success=True)
    [event] = news(stripe_sandbox, "payment_intent.succeeded", about=str(payment.pk))
    event["id"] = "evt_forged_amount"
    event["data"]["object"]["amount_received"] = 1
    assert deliver(event).status_code == 200
    stored = GatewayEvent.objects.get(reference="evt_forged_amount")
    assert stored.status == GatewayEvent.Status.FAILED
    assert stored.error == "wrong_amount: 0.01 USD instead of $100.00"
    assert balance(company).balance == 0


def test_events_that_are_not_ours_are_kept_and_ignored(stripe_sandbox: Stack) -> None:
    event = {
        "id": "evt_other",
        "object": "event",
        "type": "payment_intent.succeeded",
        "data": {
            "object": {
                "id": "pi_of_somebody",
                "status": "succeeded",
                "amount": 100,
                "amount_received": 100,
                "currency": "usd",
                "metadata": {},
            }
        },
    }
    assert deliver(event).status_code == 200
    assert deliver(event | {"id": "evt_new", "type": "topup.created"}).status_code == 200
    assert set(GatewayEvent.objects.values_list("status", flat=True)) == {"ignored"}


def test_an_event_of_our_kinds_without_its_fields_is_left_to_staff(stripe_sandbox: Stack) -> None:
    event = {"id": "evt_odd", "type": "payment_intent.succeeded", "data": {"object": {}}}
    assert deliver(event).status_code == 200
    assert GatewayEvent.objects.get(reference="evt_odd").status == GatewayEvent.Status.FAILED


def test_an_event_that_was_only_stored_is_handled_by_the_job(stripe_sandbox: Stack) -> None:
    company, payment = paying(card_token(WANTS_3DS))
    authenticate(payment.client_secret, success=True)
    [event] = news(stripe_sandbox, "payment_intent.succeeded", about=str(payment.pk))
    GatewayEvent.objects.create(
        gateway="stripe",
        reference=event["id"],
        type=event["type"],
        payload=event,
        received_at=NOW,
    )
    assert handle_gateway_events(at=NOW) == 1
    assert handle_gateway_events(at=NOW) == 0
    assert balance(company).balance == Decimal(100)


Sender = Callable[[dict[str, object]], object]


@pytest.mark.parametrize(
    "send",
    [
        lambda event: deliver(event, secret="whsec_of_somebody_else"),
        lambda event: deliver(event, sent_at=int(time()) - 3600),
        lambda event: deliver(event, sent_at=int(time()) + 3600),
        lambda event: deliver(event, header=""),
        lambda event: deliver(event, header="t=x,v1=y"),
        lambda event: deliver(event, header="t=1,v1=é"),
        lambda event: deliver(b"\xff\xfe"),
        lambda event: deliver(b"not json"),
        lambda event: deliver(b"[]"),
        lambda event: deliver(b"{}"),
        lambda event: deliver(b'{"id": "evt_1", "type": "a\\u0000b"}'),
        lambda event: deliver(b"[" * 100_000),
        lambda event: deliver(b'{"id": "evt_1", "type": "\\ud800"}'),
        lambda event: deliver(b'{"id": "evt_1", "type": "a", "more": "\\ud800"}'),
        lambda event: deliver({"id": "evt_1", "type": "a" * 101}),
    ],
)
def test_what_is_not_the_gateways_is_refused_and_not_kept(
    stripe_sandbox: Stack, send: Sender
) -> None:
    event: dict[str, object] = {"id": "evt_1", "type": "payment_intent.succeeded"}
    answer = send(event)
    assert error_of(answer)[:2] == (400, "invalid_webhook")  # type: ignore[arg-type]
    assert not GatewayEvent.objects.exists()


def test_the_payload_is_kept_as_it_came(stripe_sandbox: Stack) -> None:
    event = {"id": "evt_1", "type": "topup.created", "data": {"object": {"note": "ünïcode"}}}
    deliver(json.dumps(event).encode())
    assert GatewayEvent.objects.get(reference="evt_1").payload == event
