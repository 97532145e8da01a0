"""Two of everything at once: workers, beats, webhooks, clicks. There is one payment."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from threading import Event

import pytest
from django.conf import LazySettings
from django.db import connection, transaction

from accounts.companies.models import Company
from billing.documents.models import Receipt
from billing.ledger.queries import balance, lock_account
from billing.payments.actions.charging import open_payment
from billing.payments.actions.refunds import refund_payment
from billing.payments.actions.settling import settle_payment
from billing.payments.exceptions import NotRefundable, RefundExceedsPayment
from billing.payments.gateways.base import GatewayPayment, Outcome
from billing.payments.models import Payment
from billing.payments.queries import lock_payment
from billing.payments.tasks import sweep_intents
from billing.recharges.actions.attempts import claim_due_recharge
from billing.recharges.actions.openings import open_due_for
from billing.recharges.actions.paying import pay_now
from billing.recharges.models import Recharge
from billing.recharges.tasks import attempt_recharges, open_due_recharges
from config.sandbox.testing import Stack
from tests.accounts.access.client import Api, company_client
from tests.billing.payments.cards import save_card, usd
from tests.billing.payments.gateway_news import deliver, news
from tests.billing.recharges.companies import books_agree, company_with_rule
from tests.factories import BY, NOW, make_company, new_key, use
from tests.two_sessions import at_once, failures, wait_until_somebody_waits

pytestmark = pytest.mark.django_db(transaction=True)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _books_agree(transactional_db: None) -> Iterator[None]:
    yield
    assert books_agree()


def at_threshold() -> Company:
    company = company_with_rule(balance="100")
    use(company, net="75")
    return company


def test_two_beats_and_a_batch_open_one_recharge(stripe_sandbox: Stack) -> None:
    company = at_threshold()
    outcomes = at_once(
        lambda: open_due_recharges(at=NOW),
        lambda: open_due_recharges(at=NOW),
        lambda: open_due_for([company.pk], at=NOW),
        lambda: open_due_for([company.pk], at=NOW),
    )
    assert failures(outcomes) == []
    assert sum(outcomes) == 1  # type: ignore[arg-type]


def test_two_workers_charge_once(stripe_sandbox: Stack) -> None:
    company = at_threshold()
    open_due_recharges(at=NOW)
    outcomes = at_once(*[lambda: attempt_recharges(at=NOW) for _ in range(4)])
    assert failures(outcomes) == []
    assert sum(outcomes) == 1  # type: ignore[arg-type]
    assert Payment.objects.filter(company=company).count() == 1
    assert balance(company).balance == Decimal(500)


def test_a_claimed_recharge_is_passed_over_not_waited_for(stripe_sandbox: Stack) -> None:
    """Fails without SKIP LOCKED: the second worker would wait until the first one is done."""
    company = at_threshold()
    open_due_recharges(at=NOW)
    is_claimed, may_go_on = Event(), Event()

    def holds() -> int:
        with transaction.atomic():
            Recharge.objects.select_for_update(no_key=True).get(company=company)
            is_claimed.set()
            may_go_on.wait(10)
        return 0

    def passes_over() -> int:
        is_claimed.wait(10)
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '2s'")
        found = claim_due_recharge(at=NOW)
        may_go_on.set()
        return 0 if found is None else 1

    assert at_once(holds, passes_over) == [0, 0]


def test_webhook_duplicate_and_two_sweeps_at_once_book_once(
    stripe_sandbox: Stack, settings: LazySettings
) -> None:
    """The answer to the charge was lost; everybody finds out at the same moment."""
    settings.GATEWAY_TIMEOUT_SECONDS = 1
    company = at_threshold()
    open_due_recharges(at=NOW)
    stripe_sandbox.control(fault="500_after_charge", count=2)
    attempt_recharges(at=NOW)
    payment = Payment.objects.get(company=company)
    assert payment.status == Payment.Status.PENDING
    stripe_sandbox.control("reset")
    Payment.objects.update(checked_at=NOW - 1000 * DAY)
    Recharge.objects.update(lease_until=NOW - 1000 * DAY)
    [event] = news(stripe_sandbox, "payment_intent.succeeded", about=str(payment.pk))

    outcomes = at_once(
        lambda: deliver(event).status_code,
        lambda: deliver(event).status_code,
        lambda: sweep_intents(at=NOW),
        lambda: sweep_intents(at=NOW),
        lambda: attempt_recharges(at=NOW),
        lambda: attempt_recharges(at=NOW),
    )
    assert failures(outcomes) == []
    assert Payment.objects.filter(company=company).count() == 1
    assert Recharge.objects.get(company=company).status == Recharge.Status.SUCCEEDED
    assert Receipt.objects.filter(company=company).count() == 1
    assert balance(company).balance == Decimal(500)


def test_the_amount_is_worked_out_under_the_accounts_lock(stripe_sandbox: Stack) -> None:
    """Fails without the lock: 475.00 would be charged, worked out before the last 10 were used."""
    company = at_threshold()
    open_due_recharges(at=NOW)
    is_locked = Event()

    def consumes() -> int:
        with transaction.atomic():
            lock_account(company.pk, "USD")
            use(company, net="10")
            is_locked.set()
            wait_until_somebody_waits()
        return 0

    def recharges() -> int:
        is_locked.wait(10)
        return attempt_recharges(at=NOW)

    assert at_once(consumes, recharges) == [0, 1]
    assert Payment.objects.get(company=company).amount == usd("485.00")
    assert balance(company).balance == Decimal(500)


def test_a_payment_is_settled_under_its_accounts_lock(stripe_sandbox: Stack) -> None:
    """Fails without it: settling would hold the payment and want the account, whoever holds the
    account and wants the payment (a refund, a dispute) would be its deadlock."""
    company = make_company()
    card = save_card(company)
    with transaction.atomic():
        payment = open_payment(
            company,
            amount=usd("100"),
            purpose=Payment.Purpose.TOP_UP,
            card=card,
            key=new_key(),
            by=BY,
            at=NOW,
        )
    seen = GatewayPayment(
        reference="pi_1", outcome=Outcome.SUCCEEDED, amount=Decimal(100), currency="USD"
    )
    is_locked = Event()

    def holds_the_account() -> str:
        with transaction.atomic():
            lock_account(company.pk, "USD")
            is_locked.set()
            wait_until_somebody_waits()
            return lock_payment(payment.pk).status

    def settles() -> str:
        is_locked.wait(10)
        return settle_payment(payment.pk, seen, at=NOW).status

    assert at_once(holds_the_account, settles) == ["pending", "completed"]
    assert balance(company).balance == Decimal(100)


def test_two_refunds_of_everything_give_it_back_once(stripe_sandbox: Stack) -> None:
    """Fails without the payment's lock: both would find 100.00 left."""
    company = make_company()
    card = save_card(company)
    _, payment = pay_now(company, amount=usd("100"), card=card, key="x", by=BY, at=NOW)

    def gives_back() -> str:
        refund = refund_payment(payment, amount=None, reason="x", key=new_key(), by=BY, at=NOW)
        return refund.status

    outcomes = at_once(gives_back, gives_back, gives_back)
    assert [o for o in outcomes if not isinstance(o, Exception)] == ["completed"]
    assert all(isinstance(e, RefundExceedsPayment | NotRefundable) for e in failures(outcomes))
    assert balance(company).balance == 0


def test_many_clicks_with_one_key_pay_once(stripe_sandbox: Stack) -> None:
    company = make_company()
    card = save_card(company)

    def click() -> str:
        _, payment = pay_now(company, amount=usd("50"), card=card, key="click", by=BY, at=NOW)
        return str(payment.pk)

    outcomes = at_once(*[click for _ in range(16)])
    assert failures(outcomes) == []
    assert len(set(outcomes)) == 1
    assert len(news(stripe_sandbox, "payment_intent.succeeded", about=str(outcomes[0]))) == 1
    assert balance(company).balance == Decimal(50)


def test_64_calls_of_the_api_with_one_key_pay_once(stripe_sandbox: Stack) -> None:
    """Each is the first, a replay, or told that the first still runs."""
    company = make_company()
    save_card(company)
    api = company_client(company)
    body = {"amount": {"amount": "50.00", "currency": "USD"}}
    route = f"companies/{company.pk}/recharges/"

    def call() -> int:
        return Api(api.secret).send(route, body, key="one").status_code

    outcomes = [one for _ in range(4) for one in at_once(*[call for _ in range(16)])]
    assert failures(outcomes) == []
    assert set(outcomes) <= {201, 409}
    assert outcomes.count(201) >= 1
    assert Payment.objects.filter(company=company).count() == 1
    assert balance(company).balance == Decimal(50)


def test_64_calls_with_a_key_each_all_pay(stripe_sandbox: Stack) -> None:
    company = make_company()
    save_card(company)
    api = company_client(company)
    body = {"amount": {"amount": "10.00", "currency": "USD"}}
    route = f"companies/{company.pk}/recharges/"

    def call(number: int) -> int:
        return Api(api.secret).send(route, body, key=f"k{number}").status_code

    outcomes: list[object] = []
    for start in range(0, 64, 16):
        numbers = range(start, start + 16)
        outcomes += at_once(*[lambda n=n: call(n) for n in numbers])
    assert set(outcomes) == {201}
    assert balance(company).balance == Decimal(640)
    numbers_taken = Payment.objects.filter(company=company).values_list(
        "receipt__number", flat=True
    )
    assert sorted(numbers_taken) == [f"RV-{n:06d}" for n in range(1, 65)]
