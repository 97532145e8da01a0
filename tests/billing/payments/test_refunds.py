"""Refunds: the balance first, the gateway then, never more than came in."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.conf import LazySettings

from accounts.companies.models import Company
from billing.ledger.models import AccountKind, Leg
from billing.ledger.queries import balance
from billing.payments.actions.charging import charge_card
from billing.payments.actions.refunds import approve_refund, refund_payment
from billing.payments.actions.transfers import record_transfer
from billing.payments.exceptions import SecondPersonNeeded
from billing.payments.models import Payment, Refund
from billing.payments.tasks import sweep_intents
from config.sandbox.testing import Stack
from features.actions import set_value
from tests.accounts.access.client import Api, error_of, staff_client
from tests.billing.payments.cards import WORKS, save_card, stripe_client, usd
from tests.billing.payments.gateway_news import deliver, news
from tests.billing.payments.test_charging import HOUR
from tests.factories import BY, NOW, make_company, new_key

pytestmark = pytest.mark.django_db


def paid(amount: str = "100", token: str = WORKS) -> tuple[Company, Payment]:
    company = make_company()
    payment = charge_card(
        company,
        amount=usd(amount),
        purpose=Payment.Purpose.TOP_UP,
        card=save_card(company, token),
        key=new_key(),
        by=BY,
        at=NOW,
    )
    return company, payment


def refund(payment: Payment, amount: str | None = None, *, key: str = "", by: str = BY) -> Refund:
    return refund_payment(
        payment,
        amount=None if amount is None else Decimal(amount),
        reason="A test",
        key=key or new_key(),
        by=by,
        at=NOW,
    )


def own(kind: AccountKind) -> Decimal:
    legs = Leg.objects.filter(account__kind=kind, account__company=None)
    return sum((leg.amount for leg in legs), Decimal(0))


def standing() -> tuple[int, int]:
    """Cash and the refunds' clearing account, in whole dollars."""
    return int(own(AccountKind.CASH)), int(own(AccountKind.REFUNDS))


def test_a_refund_in_parts_until_nothing_is_left(stripe_sandbox: Stack) -> None:
    company, payment = paid("100")
    refund(payment, "20")
    payment.refresh_from_db()
    assert payment.status == Payment.Status.PARTIALLY_REFUNDED
    assert balance(company).balance == Decimal(80)
    refund(payment)
    payment.refresh_from_db()
    assert payment.status == Payment.Status.REFUNDED
    assert balance(company).balance == 0
    assert standing() == (0, 0)


def test_the_same_key_refunds_once(stripe_sandbox: Stack) -> None:
    company, payment = paid("100")
    first, second = refund(payment, "20", key="once"), refund(payment, "20", key="once")
    assert first.pk == second.pk
    assert balance(company).balance == Decimal(80)


def test_the_api_refuses_what_cannot_go_back(stripe_sandbox: Stack, staff_api: Api) -> None:
    _, payment = paid("100")
    route = f"payments/{payment.pk}/refund/"

    def send(amount: str, currency: str = "USD") -> tuple[int, str, str | None]:
        body = {"amount": {"amount": amount, "currency": currency}, "reason": "x"}
        return error_of(staff_api.send(route, body, key=new_key()))

    assert send("100.01") == (400, "refund_exceeds_payment", "amount")
    assert send("10", "EUR") == (400, "wrong_currency", "amount.currency")
    assert send("0") == (400, "invalid_amount", "amount.amount")
    done = staff_api.send(route, {"reason": "All of it"}, key="a")
    assert (done.status_code, done.json()["status"]) == (201, "completed")
    assert send("1") == (409, "payment_not_refundable", None)
    assert error_of(staff_api.send(route, {"reason": "x"}))[1] == "idempotency_key_required"


def test_above_the_limit_a_second_person_approves(stripe_sandbox: Stack, staff_api: Api) -> None:
    set_value("four_eyes_amount", value="50", reason="test", by=BY, at=NOW)
    company, payment = paid("100")
    body = {"amount": {"amount": "60", "currency": "USD"}, "reason": "Goodwill"}
    proposed = staff_api.send(f"payments/{payment.pk}/refund/", body, key="a").json()
    assert proposed["status"] == "proposed"
    assert balance(company).balance == Decimal(100)
    approve = f"refunds/{proposed['id']}/approve/"
    assert error_of(staff_api.send(approve, key="b"))[:2] == (403, "second_person_needed")
    other = staff_client("second")
    assert other.send(approve, key="c").json()["status"] == "completed"
    assert error_of(other.send(approve, key="d"))[:2] == (409, "refund_decided")
    assert balance(company).balance == Decimal(40)


def test_what_is_proposed_is_not_refunded_a_second_time(stripe_sandbox: Stack) -> None:
    set_value("four_eyes_amount", value="50", reason="test", by=BY, at=NOW)
    _, payment = paid("100")
    proposed = refund(payment, "60")
    with pytest.raises(SecondPersonNeeded):
        approve_refund(proposed, by=BY, at=NOW)
    assert refund(payment).amount == usd("40")


def test_a_refund_that_fails_gives_the_balance_back(stripe_sandbox: Stack) -> None:
    """Stripe's test card: the refund succeeds and fails a moment later."""
    company, payment = paid("100", token="pm_card_refundFail")
    back = refund(payment, "30")
    assert balance(company).balance == Decimal(70)
    [created] = news(stripe_sandbox, "refund.created", about=str(back.pk))
    failed = created | {"id": "evt_refund_failed", "type": "refund.failed"}
    failed["data"]["object"] |= {"status": "failed", "failure_reason": "lost_or_stolen_card"}
    deliver(failed)
    deliver(failed | {"id": "evt_again"})
    back.refresh_from_db()
    payment.refresh_from_db()
    assert (back.status, back.failure_code) == (Refund.Status.FAILED, "lost_or_stolen_card")
    assert payment.status == Payment.Status.COMPLETED
    assert balance(company).balance == Decimal(100)
    assert standing() == (-100, 0)


def test_a_refund_that_takes_its_time_is_completed_by_webhook(stripe_sandbox: Stack) -> None:
    company, payment = paid("100", token="pm_card_pendingRefund")
    back = refund(payment, "30")
    assert back.status == Refund.Status.PENDING
    assert standing() == (-100, 30)
    [created] = news(stripe_sandbox, "refund.created", about=str(back.pk))
    created["data"]["object"]["status"] = "succeeded"
    deliver(created | {"id": "evt_done", "type": "refund.updated"})
    back.refresh_from_db()
    assert back.status == Refund.Status.COMPLETED
    assert standing() == (-70, 0)
    assert balance(company).balance == Decimal(70)


@pytest.mark.parametrize("fault", ["timeout_after_charge", "500_after_charge"])
def test_a_refund_whose_answer_is_lost_is_found_again(
    stripe_sandbox: Stack, settings: LazySettings, fault: str
) -> None:
    settings.GATEWAY_TIMEOUT_SECONDS = 1
    company, payment = paid("100")
    stripe_sandbox.control(fault=fault, count=2, seconds=3)
    back = refund(payment, "30")
    stripe_sandbox.control("reset")
    if back.status == Refund.Status.PENDING:
        Refund.objects.filter(pk=back.pk).update(checked_at=NOW - 10_000 * HOUR)
        assert sweep_intents(at=NOW) == 1
    back.refresh_from_db()
    assert back.status == Refund.Status.COMPLETED
    assert len(news(stripe_sandbox, "refund.created", about=str(back.pk))) == 1
    assert balance(company).balance == Decimal(70)


def test_a_refund_made_at_the_gateway_is_booked_too(stripe_sandbox: Stack) -> None:
    company, payment = paid("100")
    stripe_client().v1.refunds.create({"payment_intent": payment.gateway_reference, "amount": 2500})
    [event] = news(stripe_sandbox, "refund.created", about=payment.gateway_reference)
    deliver(event)
    deliver(event | {"id": "evt_twice"})
    payment.refresh_from_db()
    assert payment.status == Payment.Status.PARTIALLY_REFUNDED
    assert balance(company).balance == Decimal(75)


def test_what_the_gateway_will_not_refund_stays(stripe_sandbox: Stack) -> None:
    company, payment = paid("100")
    stripe_client().v1.refunds.create({"payment_intent": payment.gateway_reference})
    back = refund(payment, "30")
    assert (back.status, back.failure_code) == (Refund.Status.FAILED, "charge_already_refunded")
    assert balance(company).balance == Decimal(100)


def test_a_transfer_goes_back_by_hand(db: None) -> None:
    company = make_company()
    payment = record_transfer(
        company,
        amount=usd("100"),
        method=Payment.Method.BANK_TRANSFER,
        reference="",
        received_at=NOW,
        key=new_key(),
        by=BY,
        at=NOW,
    )
    assert refund(payment, "100").status == Refund.Status.COMPLETED
    assert balance(company).balance == 0
