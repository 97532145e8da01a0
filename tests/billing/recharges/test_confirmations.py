"""3-D Secure of an attempt that another card or another route has overtaken: nobody pays twice."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from accounts.audit.models import AuditRecord
from accounts.companies.models import Company
from billing.ledger.queries import balance
from billing.payments.actions.charging import confirm_payment, is_confirmable
from billing.payments.actions.transfers import record_transfer
from billing.payments.exceptions import NotNeeded
from billing.payments.models import Payment, PaymentStanding
from billing.recharges.models import Recharge
from billing.recharges.tasks import (
    attempt_recharges,
    open_due_recharges,
    withdraw_confirmations,
)
from config.sandbox.testing import Stack
from tests.accounts.access.client import company_client
from tests.billing.payments.cards import (
    WANTS_3DS,
    authenticate,
    card_token,
    save_card,
    stripe_client,
    usd,
)
from tests.billing.payments.gateway_news import news
from tests.billing.recharges.companies import company_with_rule, rule
from tests.factories import BY, NOW, new_key, use
from tests.portal import browser

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
CANCEL = r"/v1/payment_intents/\w+/cancel"


def low_company() -> Company:
    """20.00 at a threshold of 25, target 500; its card wants 3-D Secure."""
    company = company_with_rule(balance="100", token=card_token(WANTS_3DS))
    use(company, net="80")
    return company


def add_fallback(company: Company) -> None:
    """A card that works, tried after the one that wants 3-D Secure."""
    chosen = company.payment_methods.get()
    rule(company, card=chosen, fallbacks=(save_card(company, make_default=False),))


def run(*, at: datetime = NOW) -> None:
    open_due_recharges(at=at)
    attempt_recharges(at=at)


def first_payment(company: Company) -> Payment:
    return Payment.objects.filter(company=company, method="card").earliest("attempt__id")


def overtaken(stripe_sandbox: Stack) -> tuple[Company, Payment]:
    """The fallback has paid 480.00; the gateway was down when the first card was withdrawn."""
    company = low_company()
    add_fallback(company)
    stripe_sandbox.control(fault="500_before", count=2, path=CANCEL)
    run()
    assert balance(company).balance == Decimal(500)
    payment = first_payment(company)
    assert is_confirmable(payment), "not withdrawn yet"
    return company, payment


def cancelled(stripe_sandbox: Stack, payment: Payment) -> int:
    return len(news(stripe_sandbox, "payment_intent.canceled", about=str(payment.pk)))


def transfer(company: Company, amount: str) -> None:
    record_transfer(
        company,
        amount=usd(amount),
        method=Payment.Method.BANK_TRANSFER,
        reference="",
        received_at=NOW,
        key=new_key(),
        by=BY,
        at=NOW,
    )


def test_a_fallback_that_pays_withdraws_the_confirmation_at_once(stripe_sandbox: Stack) -> None:
    company = low_company()
    add_fallback(company)
    run()
    payment = first_payment(company)
    assert not is_confirmable(payment)
    assert cancelled(stripe_sandbox, payment) == 1
    assert balance(company).balance == Decimal(500)
    assert withdraw_confirmations(at=NOW) == 0


def test_a_confirmation_that_is_not_withdrawn_yet_is_refused(stripe_sandbox: Stack) -> None:
    company, payment = overtaken(stripe_sandbox)
    with pytest.raises(NotNeeded):
        confirm_payment(payment, at=NOW)
    answer = company_client(company).call("POST", f"payments/{payment.pk}/confirm/")
    assert answer.status_code == 409
    assert answer.json()["errors"][0]["code"] == "payment_not_needed"
    assert balance(company).balance == Decimal(500)
    assert withdraw_confirmations(at=NOW) == 1
    assert cancelled(stripe_sandbox, payment) == 1
    assert withdraw_confirmations(at=NOW) == 0


def test_the_link_says_that_nothing_is_to_be_confirmed(stripe_sandbox: Stack) -> None:
    company, payment = overtaken(stripe_sandbox)
    client = browser(company)
    address = f"/portal/payments/{payment.pk}/"
    for _ in range(2):
        page = client.get(f"{address}confirm/", follow=True).text
        assert "This payment is no longer needed" in page
        assert "Confirm now" not in page
        withdraw_confirmations(at=NOW)
    sent = client.post(f"{address}confirm/", follow=True)
    assert "This payment is no longer needed" in sent.text
    assert balance(company).balance == Decimal(500)


def test_a_customer_at_the_bank_is_overtaken_by_a_transfer(stripe_sandbox: Stack) -> None:
    """Asked for by then; it waited for its customer a whole day before."""
    company = low_company()
    run()
    payment = confirm_payment(first_payment(company), at=NOW)
    assert payment.status == Payment.Status.REQUIRES_ACTION
    assert withdraw_confirmations(at=NOW) == 0, "still wanted"
    transfer(company, "100")
    assert withdraw_confirmations(at=NOW) == 1
    assert cancelled(stripe_sandbox, payment) == 1
    assert balance(company).balance == Decimal(120)


def test_a_recharge_that_was_given_up_can_be_confirmed_until_the_pause_ends(
    stripe_sandbox: Stack,
) -> None:
    company = low_company()
    for day in range(3):
        run(at=NOW + day * DAY)
    assert Recharge.objects.get(company=company).status == Recharge.Status.EXHAUSTED
    assert withdraw_confirmations(at=NOW + 2 * DAY) == 0, "the only way out of the pause"
    transfer(company, "1")
    assert withdraw_confirmations(at=NOW + 2 * DAY) == 1, "the next recharge is open"


def test_a_confirmation_that_wins_the_race_is_booked_and_flagged(stripe_sandbox: Stack) -> None:
    """480.00 by the fallback and 480.00 at the bank in the same moment: both came in."""
    company, payment = overtaken(stripe_sandbox)
    card = payment.payment_method
    assert card is not None
    stripe_client().v1.payment_intents.confirm(
        payment.gateway_reference,
        {"payment_method": card.reference, "return_url": "http://127.0.0.1/"},
    )
    authenticate(payment.client_secret, success=True)
    withdraw_confirmations(at=NOW)
    statuses = Payment.objects.filter(company=company).values_list("status", flat=True)
    assert list(statuses) == ["completed", "completed"]
    assert balance(company).balance == Decimal(980)
    assert PaymentStanding.objects.get(company=company).review_since == NOW
    recharge = Recharge.objects.get(company=company)
    flag = AuditRecord.objects.get(company=company, action="company.flagged_for_review")
    assert flag.reason == f"recharge {recharge.pk} was paid twice"
