"""The gateway matrix: whatever goes wrong between charge and record, money is booked once."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.conf import LazySettings

from accounts.companies.models import Company
from billing.ledger.models import Entry
from billing.ledger.queries import balance
from billing.payments.actions.charging import charge_card
from billing.payments.models import Payment, PaymentStanding
from billing.payments.tasks import sweep_intents
from config.clock import wall
from config.sandbox.testing import Stack
from tests.billing.payments.cards import DECLINES, WANTS_3DS, WORKS, card_token, save_card, usd
from tests.billing.payments.gateway_news import deliver, news
from tests.factories import BY, NOW, make_company, new_key

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _impatient(settings: LazySettings) -> None:
    settings.GATEWAY_TIMEOUT_SECONDS = 1


def charge(company: Company, amount: str = "100", *, key: str = "") -> Payment:
    card = company.payment_methods.get()
    return charge_card(
        company,
        amount=usd(amount),
        purpose=Payment.Purpose.TOP_UP,
        card=card,
        key=key or new_key(),
        by=BY,
        at=NOW,
    )


def customer(token: str = WORKS) -> Company:
    company = make_company()
    save_card(company, token)
    return company


def lease_is_over(payment: Payment, *, recorded: timedelta = timedelta(minutes=5)) -> None:
    before = wall() - recorded
    Payment.objects.filter(pk=payment.pk).update(checked_at=before, recorded_at=before)


def charges_at(stripe_sandbox: Stack, payment: Payment) -> int:
    return len(news(stripe_sandbox, "payment_intent.succeeded", about=str(payment.pk)))


def test_a_charge_is_booked_once_with_its_receipt(stripe_sandbox: Stack) -> None:
    company = customer()
    payment = charge(company, key="once")
    again = charge(company, key="once")
    assert payment.status == Payment.Status.COMPLETED
    assert again.pk == payment.pk
    assert payment.gateway_reference.startswith("pi_")
    assert balance(company).balance == Decimal(100)
    entry = Entry.objects.get(company=company)
    assert entry.key == f"payment:stripe:{payment.gateway_reference}"
    assert payment.receipt is not None
    assert entry.document == payment.receipt.number
    assert charges_at(stripe_sandbox, payment) == 1


@pytest.mark.parametrize("fault", ["timeout_after_charge", "500_after_charge"])
def test_an_answer_lost_after_the_charge_is_found_again(stripe_sandbox: Stack, fault: str) -> None:
    """Both tries of the client are hit, so that nothing comes back to us."""
    company = customer()
    stripe_sandbox.control(fault=fault, count=2, seconds=3)
    payment = charge(company)
    if payment.status == Payment.Status.PENDING:
        assert balance(company).balance == 0
        lease_is_over(payment)
        stripe_sandbox.control("reset")
        sweep_intents(at=NOW)
        payment.refresh_from_db()
    assert payment.status == Payment.Status.COMPLETED
    assert balance(company).balance == Decimal(100)
    assert charges_at(stripe_sandbox, payment) == 1
    assert sweep_intents(at=NOW) == 0


@pytest.mark.parametrize("fault", ["timeout_before", "500_before"])
def test_a_request_that_never_arrived_is_made_good_or_given_up(
    stripe_sandbox: Stack, fault: str
) -> None:
    company = customer()
    stripe_sandbox.control(fault=fault, count=2, seconds=3)
    payment = charge(company)
    lease_is_over(payment)
    stripe_sandbox.control("reset")
    sweep_intents(at=NOW)
    payment.refresh_from_db()
    lease_is_over(payment, recorded=2 * HOUR)
    sweep_intents(at=NOW)
    payment.refresh_from_db()
    paid = charges_at(stripe_sandbox, payment)
    assert payment.status == (Payment.Status.COMPLETED if paid else Payment.Status.FAILED)
    assert paid <= 1
    assert balance(company).balance == 100 * paid


def test_past_the_gateways_memory_a_payment_is_looked_up_not_posted_again(
    stripe_sandbox: Stack,
) -> None:
    company = customer()
    stripe_sandbox.control(fault="500_after_charge", count=2)
    charged = charge(company)
    lease_is_over(charged, recorded=26 * HOUR)
    stripe_sandbox.control("forget_keys")
    stripe_sandbox.control("reset")
    sweep_intents(at=NOW)
    charged.refresh_from_db()
    assert charged.status == Payment.Status.COMPLETED
    assert charges_at(stripe_sandbox, charged) == 1
    assert balance(company).balance == Decimal(100)


def test_an_intent_that_was_never_sent_long_ago_is_given_up(stripe_sandbox: Stack) -> None:
    company = customer()
    stripe_sandbox.control(fault="500_before", count=2)
    payment = charge(company)
    lease_is_over(payment, recorded=26 * HOUR)
    stripe_sandbox.control("forget_keys")
    sweep_intents(at=NOW)
    payment.refresh_from_db()
    assert (payment.status, payment.failure_code) == (Payment.Status.FAILED, "no_answer")
    assert charges_at(stripe_sandbox, payment) == 0


def test_a_gateway_that_is_down_leaves_the_payment_for_later(
    stripe_sandbox: Stack, settings: LazySettings
) -> None:
    company = customer()
    base, settings.STRIPE_API_BASE = settings.STRIPE_API_BASE, "http://127.0.0.1:1"
    payment = charge(company)
    assert payment.status == Payment.Status.PENDING
    lease_is_over(payment)
    assert sweep_intents(at=NOW) == 0
    settings.STRIPE_API_BASE = base
    lease_is_over(payment)
    assert sweep_intents(at=NOW) == 1
    payment.refresh_from_db()
    assert payment.status == Payment.Status.COMPLETED
    assert charges_at(stripe_sandbox, payment) == 1


def test_a_decline_tells_the_gateways_reason(stripe_sandbox: Stack) -> None:
    company = customer()
    stripe_sandbox.control(fault="decline_charge", decline_code="insufficient_funds")
    payment = charge(company)
    assert (payment.status, payment.failure_code) == (Payment.Status.FAILED, "insufficient_funds")
    assert "insufficient funds" in payment.failure_message
    assert balance(company).balance == 0


def test_a_stolen_card_is_marked_and_a_success_takes_the_mark_away(stripe_sandbox: Stack) -> None:
    company = customer()
    stripe_sandbox.control(fault="decline_charge", decline_code="stolen_card")
    charge(company)
    assert company.payment_methods.get().is_refused
    charge(company)
    assert not company.payment_methods.get().is_refused


def test_another_amount_than_asked_for_is_flagged_and_not_booked(stripe_sandbox: Stack) -> None:
    company = customer()
    stripe_sandbox.control(fault="wrong_amount", delta=100)
    payment = charge(company)
    assert (payment.status, payment.failure_code) == (Payment.Status.FAILED, "wrong_amount")
    assert payment.failure_message == "101.00 USD was received."
    [event] = news(stripe_sandbox, "payment_intent.succeeded", about=str(payment.pk))
    assert deliver(event).status_code == 200
    assert balance(company).balance == 0


def test_abandoned_3d_secure_is_withdrawn_after_a_day(stripe_sandbox: Stack) -> None:
    company = customer(card_token(WANTS_3DS))
    payment = charge(company)
    assert payment.status == Payment.Status.REQUIRES_ACTION
    assert sweep_intents(at=NOW + 23 * HOUR) == 0
    assert sweep_intents(at=NOW + 24 * HOUR) == 1
    payment.refresh_from_db()
    assert (payment.status, payment.failure_code) == (Payment.Status.FAILED, "canceled")


def test_failures_in_a_row_flag_the_company_and_a_payment_clears_it(stripe_sandbox: Stack) -> None:
    company = customer(DECLINES)
    for _ in range(2):
        charge(company)
    assert PaymentStanding.objects.get(company=company).review_since is None
    charge(company)
    assert PaymentStanding.objects.get(company=company).review_since == NOW
    stripe_sandbox.control("reset")
    company.payment_methods.update(removed_at=NOW, is_default=False)
    card = save_card(company)
    charge_card(
        company,
        amount=usd("50"),
        purpose=Payment.Purpose.TOP_UP,
        card=card,
        key=new_key(),
        by=BY,
        at=NOW,
    )
    standing = PaymentStanding.objects.get(company=company)
    assert (standing.failures_in_a_row, standing.review_since) == (0, None)
