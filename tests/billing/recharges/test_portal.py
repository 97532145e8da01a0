"""Pay now in the portal: sent twice it pays once; what the bank says is shown."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.conf import LazySettings
from django.test import Client

from accounts.companies.models import Company
from billing.ledger.queries import balance
from billing.payments.models import Payment, PaymentMethod
from billing.payments.tasks import sweep_intents
from config.clock import now, wall
from config.sandbox.testing import Stack
from tests.billing.payments.cards import DECLINES, WANTS_3DS, WORKS, card_token, save_card
from tests.factories import make_company
from tests.portal import browser, form_key

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("stripe_sandbox")]
ADDRESS = "/portal/pay/"


@pytest.fixture
def company() -> Company:
    return make_company()


@pytest.fixture
def client(company: Company) -> Client:
    return browser(company)


def pay(client: Client, amount: str, *, card: str, **more: str) -> Payment:
    """Fill the form in and send it; the payment whose page is shown then."""
    form = {"key": form_key(client, ADDRESS), "amount": amount, "card": card, **more}
    answer = client.post(ADDRESS, form)
    assert answer.status_code == 302, re.findall(r"tg-error[^>]*>.*?</svg>([^<]*)", answer.text)
    return Payment.objects.get(pk=answer.headers["Location"].split("/")[3])


def test_a_saved_card_brings_the_money_and_the_receipt(client: Client, company: Company) -> None:
    card = save_card(company, WORKS)
    payment = pay(client, "100", card=str(card.pk))
    page = client.get(f"/portal/payments/{payment.pk}/").text
    assert balance(company).available == Decimal(100)
    assert payment.receipt is not None
    assert f"/portal/payments/receipts/{payment.receipt.pk}/" in page


def test_the_form_sent_twice_pays_once(client: Client, company: Company) -> None:
    card = save_card(company, WORKS)
    form = {"key": form_key(client, ADDRESS), "amount": "100.00", "card": str(card.pk)}
    first, second = client.post(ADDRESS, form), client.post(ADDRESS, form)
    assert first.headers["Location"] == second.headers["Location"]
    assert Payment.objects.count() == 1
    assert balance(company).available == Decimal(100)


def test_a_card_token_is_charged_and_kept_only_when_asked_to(
    client: Client, company: Company
) -> None:
    pay(client, "20", card="new", token=WORKS)
    assert not PaymentMethod.objects.filter(company=company, removed_at=None).exists()
    pay(client, "30", card="new", token=card_token("4242424242424242"), keep_card="on")
    assert PaymentMethod.objects.filter(company=company, removed_at=None).count() == 1
    assert balance(company).available == Decimal(50)


def test_a_declined_card_says_so_and_nothing_is_booked(client: Client, company: Company) -> None:
    card = save_card(company, DECLINES)
    payment = pay(client, "50", card=str(card.pk))
    page = client.get(f"/portal/payments/{payment.pk}/").text
    assert "Nothing was charged" in page
    assert payment.failure_message in page
    assert balance(company).available == 0


def test_without_an_answer_the_page_asks_on_until_the_sweep_has_found_out(
    client: Client, company: Company, stripe_sandbox: Stack, settings: LazySettings
) -> None:
    """The card is charged, and both tries of the request end in a time-out."""
    settings.GATEWAY_TIMEOUT_SECONDS = 1
    card = save_card(company, WORKS)
    stripe_sandbox.control(fault="timeout_after_charge", count=2, seconds=3)
    payment = pay(client, "100", card=str(card.pk))
    page = client.get(f"/portal/payments/{payment.pk}/").text
    assert payment.status == Payment.Status.PENDING
    assert "We are asking the gateway" in page
    assert 'hx-trigger="every 2s"' in page
    assert balance(company).available == 0
    Payment.objects.update(checked_at=wall() - timedelta(minutes=1))
    assert sweep_intents(at=now()) == 1
    assert "The money is on your balance" in client.get(f"/portal/payments/{payment.pk}/").text
    assert balance(company).available == Decimal(100)


def test_a_card_that_wants_confirmation_leads_to_the_bank(client: Client) -> None:
    payment = pay(client, "50", card="new", token=card_token(WANTS_3DS))
    page = client.get(f"/portal/payments/{payment.pk}/?go=1").text
    assert payment.status == Payment.Status.REQUIRES_ACTION
    assert payment.action_url in page.replace("&amp;", "&")
    assert "three-d-secure.js" in page


@pytest.mark.parametrize(
    ("amount", "says"),
    [
        ("9.99", "A recharge is at least 10.00 USD."),
        ("0", "The amount must be above zero."),
        ("-5", "The amount must be above zero."),
        ("12.345", "The amount has more than 2 decimals."),
        ("ten", "plain decimal number"),
    ],
)
def test_an_amount_that_cannot_be_is_refused_beside_the_field(
    client: Client, company: Company, amount: str, says: str
) -> None:
    card = save_card(company, WORKS)
    form = {"key": form_key(client, ADDRESS), "amount": amount, "card": str(card.pk)}
    answer = client.post(ADDRESS, form)
    assert answer.status_code == 200
    assert says in answer.text
    assert f'value="{amount}"' in answer.text
    assert not Payment.objects.exists()


def test_a_strangers_card_is_unknown(client: Client) -> None:
    theirs = save_card(make_company(), WORKS)
    form = {"key": form_key(client, ADDRESS), "amount": "50", "card": str(theirs.pk)}
    assert "There is no such payment method." in client.post(ADDRESS, form).text
    assert not Payment.objects.exists()


def test_a_form_without_its_key_does_nothing(client: Client, company: Company) -> None:
    card = save_card(company, WORKS)
    client.post(ADDRESS, {"amount": "50", "card": str(card.pk)})
    assert not Payment.objects.exists()


def test_the_gateways_address_is_where_the_browser_may_send_cards(
    client: Client, stripe_sandbox: Stack
) -> None:
    answer = client.get(ADDRESS)
    assert f'data-gateway-base="{stripe_sandbox.settings["STRIPE_BROWSER_BASE"]}"' in answer.text
    assert 'data-card="number"' in answer.text
    assert not re.search(r'<input[^>]*data-card="[^"]*"[^>]*\bname=', answer.text)
