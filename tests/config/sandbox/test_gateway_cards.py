"""Cards: typed in by the customer, declined for a reason, authenticated by 3-D Secure."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
import requests
import stripe

from config.sandbox.gateway.cards import checked_card
from config.sandbox.gateway.objects import StripeError
from config.sandbox.testing import Stack
from tests.config.sandbox.conftest import Mailbox, Payer

CARD = {"number": "4242 4242 4242 4242", "exp_month": "12", "exp_year": "34", "cvc": "123"}
TODAY = datetime(2026, 11, 20, tzinfo=UTC)


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("number", "4242424242424241", "incorrect_number"),
        ("number", "", "incorrect_number"),
        ("number", "४२४२४२४२४२४२४२४२", "incorrect_number"),
        ("number", "378282246310005", "invalid_number"),
        ("exp_month", "13", "invalid_expiry_month"),
        ("exp_year", "25", "invalid_expiry_year"),
        ("cvc", "12", "invalid_cvc"),
    ],
)
def test_a_wrong_card_field_is_named(field: str, value: str, code: str) -> None:
    with pytest.raises(StripeError) as caught:
        checked_card(CARD | {field: value}, today=TODAY)
    assert caught.value.answer.body["error"]["code"] == code


def test_a_card_is_good_through_its_last_month() -> None:
    fields = {"exp_month": "11", "exp_year": "26"}
    assert checked_card(CARD | fields, today=TODAY)["exp_year"] == 2026
    with pytest.raises(StripeError):
        checked_card(CARD | {"exp_month": "10", "exp_year": "26"}, today=TODAY)


def test_the_browser_makes_a_payment_method_with_the_publishable_key(
    stripe_sandbox: Stack,
) -> None:
    key = stripe_sandbox.settings["STRIPE_PUBLISHABLE_KEY"]
    response = post_card(stripe_sandbox, key)
    assert response.json()["card"]["last4"] == "4242"
    assert response.headers["Access-Control-Allow-Origin"] == "http://127.0.0.1:8000"
    assert post_card(stripe_sandbox, "pk_test_of_somebody_else").status_code == 401


def test_the_publishable_key_may_not_charge(stripe_sandbox: Stack) -> None:
    key = stripe_sandbox.settings["STRIPE_PUBLISHABLE_KEY"]
    browser = stripe.StripeClient(key, base_addresses={"api": stripe_sandbox.base})
    with pytest.raises(stripe.PermissionError):
        browser.v1.payment_intents.create({"amount": 100, "currency": "usd"})


@pytest.mark.parametrize(
    ("token", "code", "decline_code"),
    [
        ("pm_card_visa_chargeDeclined", "card_declined", "generic_decline"),
        ("pm_card_visa_chargeDeclinedInsufficientFunds", "card_declined", "insufficient_funds"),
        ("pm_card_chargeDeclinedExpiredCard", "expired_card", "expired_card"),
    ],
)
def test_a_card_refused_when_attached_says_why(
    payer: Payer, token: str, code: str, decline_code: str
) -> None:
    with pytest.raises(stripe.CardError) as caught:
        payer.add_card(token)
    assert caught.value.code == code
    assert caught.value.error is not None
    assert caught.value.error["decline_code"] == decline_code


def test_a_charge_is_declined_for_the_ordered_reason(
    payer: Payer, order: Callable[..., object]
) -> None:
    order("decline_charge", decline_code="insufficient_funds")
    with pytest.raises(stripe.CardError) as caught:
        payer.charge(100)
    assert caught.value.error is not None
    assert caught.value.error["decline_code"] == "insufficient_funds"
    assert caught.value.error["payment_intent"]["status"] == "requires_payment_method"
    assert payer.charge(100).status == "succeeded"


def test_a_card_that_is_refused_is_not_charged_without_being_attached_either(
    client: stripe.StripeClient,
) -> None:
    """A one-off payment: the browser's token goes straight into the charge."""
    method = client.v1.payment_methods.create(
        {
            "type": "card",
            "card": {
                "number": "4000000000009995",
                "exp_month": 12,
                "exp_year": 2034,
                "cvc": "123",
            },
        }
    )
    with pytest.raises(stripe.CardError) as caught:
        client.v1.payment_intents.create(
            {"amount": 2000, "currency": "usd", "payment_method": method.id, "confirm": True}
        )
    assert caught.value.error is not None
    assert caught.value.error["decline_code"] == "insufficient_funds"


def test_off_session_a_card_with_3d_secure_is_declined(payer: Payer) -> None:
    with pytest.raises(stripe.CardError) as caught:
        payer.charge(100, method=payer.add_card("pm_card_authenticationRequired"))
    assert caught.value.code == "authentication_required"


@pytest.mark.parametrize(
    ("answer", "status", "redirect_status", "event"),
    [
        ("true", "succeeded", "succeeded", "payment_intent.succeeded"),
        ("false", "requires_payment_method", "failed", "payment_intent.payment_failed"),
    ],
)
def test_on_session_the_customer_authorizes_or_fails_on_a_page(
    payer: Payer, mailbox: Mailbox, answer: str, status: str, redirect_status: str, event: str
) -> None:
    intent = on_session(payer)
    assert intent.status == "requires_action"
    assert intent.next_action is not None
    assert intent.next_action.redirect_to_url is not None
    page = str(intent.next_action.redirect_to_url.url)
    asked = requests.get(page, timeout=10).text
    assert "paying 100.00 USD" in asked
    assert "Authorize" in asked
    back = press(page, str(intent.client_secret), answer)
    assert back.startswith("http://shop.example/back?")
    assert f"redirect_status={redirect_status}" in back
    assert payer.client.v1.payment_intents.retrieve(intent.id).status == status
    mailbox.wait_for(1, event)


def test_pressing_authorize_twice_charges_once(payer: Payer, mailbox: Mailbox) -> None:
    intent = on_session(payer)
    assert intent.next_action is not None
    assert intent.next_action.redirect_to_url is not None
    page = str(intent.next_action.redirect_to_url.url)
    for _ in range(2):
        press(page, str(intent.client_secret), "true")
    assert len(mailbox.wait_for(1, "payment_intent.succeeded")) == 1


def test_the_page_is_closed_to_who_does_not_know_the_secret(payer: Payer) -> None:
    intent = on_session(payer)
    assert intent.next_action is not None
    assert intent.next_action.redirect_to_url is not None
    page = str(intent.next_action.redirect_to_url.url).partition("?")[0]
    assert requests.get(page, timeout=10).status_code == 404


def test_a_setup_intent_keeps_the_card_for_later(payer: Payer, mailbox: Mailbox) -> None:
    setup = payer.client.v1.setup_intents.create(
        {"customer": payer.customer, "payment_method": "pm_card_mastercard", "confirm": True}
    )
    assert setup.status == "succeeded"
    method = payer.client.v1.payment_methods.retrieve(str(setup.payment_method))
    assert method.customer == payer.customer
    assert method.card is not None
    assert method.card.brand == "mastercard"
    mailbox.wait_for(1, "setup_intent.succeeded")


def on_session(payer: Payer) -> stripe.PaymentIntent:
    return payer.client.v1.payment_intents.create(
        {
            "amount": 10000,
            "currency": "usd",
            "customer": payer.customer,
            "payment_method": payer.add_card("pm_card_authenticationRequired"),
            "confirm": True,
            "return_url": "http://shop.example/back",
        }
    )


def post_card(stripe_sandbox: Stack, key: str) -> requests.Response:
    fields = {f"card[{name}]": value for name, value in CARD.items()} | {"type": "card"}
    address = f"{stripe_sandbox.base}/v1/payment_methods"
    origin = {"Origin": "http://127.0.0.1:8000"}
    return requests.post(address, fields | {"key": key}, headers=origin, timeout=10)


def press(page: str, secret: str, answer: str) -> str:
    """Answer the page; the address it sends the customer to."""
    form = {"client_secret": secret, "success": answer}
    address = page.partition("?")[0]
    response = requests.post(address, form, allow_redirects=False, timeout=10)
    assert response.status_code == 303
    return response.headers["Location"]
