"""The deposit, from the card to where it ends: each case with its figures."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from accounts.companies.models import Company
from accounts.notifications.models import Mail
from billing.ledger.models import AccountKind, Leg
from billing.ledger.queries import balance, deposit_held
from billing.onboarding.actions.closing import close_account
from billing.onboarding.models import SignUp
from billing.payments.models import Payment, Refund
from billing.payments.tasks import sweep_intents
from config import clock
from config.sandbox.testing import Stack
from tests.accounts.access.client import Api, error_of
from tests.billing.onboarding.setting import (
    ACTIVATION,
    DEPOSIT,
    WHO,
    confirm,
    flip,
    pay,
    signed_up,
)
from tests.billing.payments.cards import WANTS_3DS, authenticate, card_token
from tests.billing.payments.gateway_news import deliver, news
from tests.billing.payments.test_disputes import disputed
from tests.books import faults
from tests.config.staff.people import staff_client_of
from tests.factories import BY
from tests.portal import form_key

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stripe_sandbox")]

D = Decimal


@pytest.fixture(autouse=True)
def deposit_is_asked(db: None) -> None:
    flip("signup_payment", True)


def _waiting(client: Client) -> Company:
    company = signed_up(client)
    confirm(client)
    company.refresh_from_db()
    assert company.status == "pending"
    return company


def _active(client: Client) -> Company:
    company = _waiting(client)
    assert pay(client).headers["Location"] == "/portal/"
    company.refresh_from_db()
    return company


def _books() -> dict[str, Decimal]:
    """The sum of the legs of each kind of account."""
    sums: dict[str, Decimal] = {}
    for leg in Leg.objects.select_related("account"):
        kind = str(leg.account.kind)
        sums[kind] = sums.get(kind, D(0)) + leg.amount
    return {kind: total for kind, total in sums.items() if total}


def _verify(api: Api, company: Company, *, accepted: bool, reason: str = "Papers seen") -> Any:
    return api.send(f"companies/{company.pk}/verify/", {"accepted": accepted, "reason": reason})


def test_the_deposit_is_held_and_the_account_active(client: Client) -> None:
    """cash −1, deposit +1; nothing of it is balance."""
    company = _active(client)
    assert (company.status, SignUp.objects.get().deposit) == ("active", "held")
    assert _books() == {AccountKind.CASH: D(-1), AccountKind.DEPOSIT: D(1)}
    assert (balance(company).balance, deposit_held(company)) == (D(0), D(1))
    assert faults() == []


def test_a_double_click_pays_once(client: Client) -> None:
    _waiting(client)
    key = form_key(client, ACTIVATION)
    assert [pay(client, key=key).status_code for _ in range(2)] == [302, 302]
    assert Payment.objects.count() == 1
    assert _books()[AccountKind.CASH] == -1


def test_a_declined_card_leaves_it_waiting_and_another_one_activates(client: Client) -> None:
    company = _waiting(client)
    declined = pay(client, "pm_card_chargeCustomerFail")
    assert f"/portal/payments/{Payment.objects.get().pk}/" in declined.headers["Location"]
    company.refresh_from_db()
    assert (company.status, _books()) == ("pending", {})
    assert "The last payment failed" in client.get(ACTIVATION).text
    pay(client)
    company.refresh_from_db()
    assert (company.status, deposit_held(company)) == ("active", D(1))
    assert faults() == []


def test_3d_secure_waits_for_the_customer(client: Client) -> None:
    company = _waiting(client)
    asked = pay(client, card_token(WANTS_3DS))
    payment = Payment.objects.get()
    assert asked.headers["Location"] == f"/portal/payments/{payment.pk}/?go=1"
    company.refresh_from_db()
    assert (company.status, payment.status) == ("pending", "requires_action")
    assert client.get(asked.headers["Location"]).status_code == 200
    assert "under way" in client.get(ACTIVATION).text
    authenticate(payment.client_secret, success=True)
    client.get(f"/portal/payments/{payment.pk}/return/")
    company.refresh_from_db()
    assert (company.status, deposit_held(company)) == ("active", D(1))
    assert faults() == []


def test_a_crash_after_the_charge_is_found_again(client: Client, stripe_sandbox: Stack) -> None:
    company = _waiting(client)
    stripe_sandbox.control(fault="500_after_charge")
    pay(client)
    Payment.objects.update(checked_at="2020-01-01T00:00:00Z")
    sweep_intents(at=clock.now())
    company.refresh_from_db()
    assert (company.status, deposit_held(company)) == ("active", D(1))
    assert _books()[AccountKind.CASH] == -1


@pytest.mark.verifies("account_verification_refund", "on")
def test_accepted_with_60_percent(client: Client, staff_api: Api) -> None:
    """deposit −1, refunds +0.60, customer +0.40; then refunds −0.60, cash +0.60."""
    flip("account_verification_refund", True)
    flip("verification_refund_percent", "60")
    company = _active(client)
    answer = _verify(staff_api, company, accepted=True)
    assert answer.status_code == 200, answer.content
    said = answer.json()
    assert (said["verification"], said["deposit"]) == ("accepted", "released")
    assert (said["refunded"]["amount"], said["credited"]["amount"]) == ("0.60", "0.40")
    assert _books() == {AccountKind.CASH: D("-0.40"), AccountKind.CUSTOMER: D("0.40")}
    assert Refund.objects.get().status == Refund.Status.COMPLETED
    assert (balance(company).balance, deposit_held(company)) == (D("0.40"), D(0))
    assert _verify(staff_api, company, accepted=True).status_code == 200
    assert Refund.objects.count() == 1
    assert faults() == []


def test_accepted_in_full(client: Client, staff_api: Api) -> None:
    flip("account_verification_refund", True)
    company = _active(client)
    _verify(staff_api, company, accepted=True)
    assert _books() == {}
    assert Payment.objects.get().status == Payment.Status.REFUNDED
    assert faults() == []


@pytest.mark.verifies("account_verification_refund", "off")
def test_accepted_with_the_refund_off_it_is_credited(client: Client, staff_api: Api) -> None:
    """deposit −1, customer +1."""
    company = _active(client)
    _verify(staff_api, company, accepted=True)
    assert _books() == {AccountKind.CASH: D(-1), AccountKind.CUSTOMER: D(1)}
    assert (balance(company).balance, Refund.objects.count()) == (D(1), 0)
    assert faults() == []


def test_refused_the_deposit_is_kept_and_the_account_suspended(
    client: Client, staff_api: Api
) -> None:
    """deposit −1, other_income +1."""
    flip("account_verification_refund", True)
    company = _active(client)
    assert error_of(_verify(staff_api, company, accepted=False, reason=""))[1:] == (
        "required",
        "reason",
    )
    _verify(staff_api, company, accepted=False, reason="The papers are not yours")
    company.refresh_from_db()
    assert (company.status, company.status_reason) == ("suspended", "The papers are not yours")
    assert _books() == {AccountKind.CASH: D(-1), AccountKind.OTHER_INCOME: D(1)}
    again = _verify(staff_api, company, accepted=True)
    assert error_of(again)[:2] == (409, "verification_decided")
    assert faults() == []


def test_a_held_deposit_is_not_refunded_past_the_verification(
    client: Client, staff_api: Api
) -> None:
    _active(client)
    payment = Payment.objects.get()
    answer = staff_api.send(f"payments/{payment.pk}/refund/", {"reason": "asked"}, key="k1")
    assert error_of(answer)[:2] == (409, "deposit_held")


def test_over_the_api(
    client: Client, company_api: Callable[[Company], Api], staff_api: Api
) -> None:
    company = signed_up(client)
    api, route = company_api(company), f"companies/{company.pk}/activation/"
    body = {"billing_type": "prepaid", "payment_method": "pm_card_visa"}
    answer = api.send(route, body, key="activate-1")
    assert answer.status_code == 201, answer.content
    said = answer.json()
    assert (said["status"], said["deposit"], said["payment_status"]) == (
        "active",
        "held",
        "completed",
    )
    assert api.send(f"companies/{company.pk}/verify/", {"accepted": True}).status_code == 403
    assert _verify(staff_api, company, accepted=True).status_code == 200


@pytest.mark.verifies("signup_payment", "off")
def test_switched_off_meanwhile_no_deposit_is_taken(client: Client) -> None:
    company = _waiting(client)
    key = form_key(client, ACTIVATION)
    flip("signup_payment", False)
    assert client.post(DEPOSIT, {"card": "new", "token": "pm_card_visa", "key": key}).status_code
    assert not Payment.objects.exists()
    confirm(client)
    company.refresh_from_db()
    assert company.status == "active"


def test_staff_verify_on_the_page_of_the_company(client: Client) -> None:
    flip("account_verification_refund", True)
    flip("verification_refund_percent", "60")
    company, staff = _active(client), staff_client_of("billing")
    page = f"/admin/accounts/company/{company.pk}/"
    assert "not verified yet" in staff.get(f"{page}change/").text
    assert "0.60 USD of the deposit go back to the card" in staff.get(f"{page}verify/").text
    answer = staff.post(f"{page}verify/", {"decision": "accept", "reason": "Papers seen"})
    assert answer.status_code == 302, answer.context["form"].errors
    sign_up = SignUp.objects.get()
    assert (sign_up.verification, sign_up.refunded) == ("accepted", D("0.60"))
    assert sign_up.decided_by.startswith("staff:")
    assert staff_client_of("operations").get(f"{page}verify/").status_code == 403
    assert "not verified yet" not in staff.get(f"{page}change/").text


def _disputed(stack: Stack, payment: Payment) -> str:
    """The cardholder disputes the deposit, and we have heard of it."""
    dispute = disputed(stack, payment)
    for event in news(stack, "charge.dispute.created", about=dispute):
        deliver(event)
    return dispute


def _closed(stack: Stack, dispute: str, *, outcome: str) -> None:
    stack.control(f"disputes/{dispute}/close", outcome=outcome)
    for event in news(stack, "charge.dispute.closed", about=dispute):
        deliver(event)


def test_a_disputed_deposit_is_taken_from_the_deposit_and_nothing_is_decided_meanwhile(
    client: Client, staff_api: Api, stripe_sandbox: Stack
) -> None:
    """deposit −1, cash +1; won: deposit +1, cash −1; then accepted: deposit −1, customer +1."""
    company = _active(client)
    dispute = _disputed(stripe_sandbox, Payment.objects.get())
    assert (balance(company).balance, deposit_held(company)) == (D(0), D(0))
    for accepted in (True, False):
        answer = _verify(staff_api, company, accepted=accepted)
        assert error_of(answer)[:2] == (409, "deposit_disputed")
    _closed(stripe_sandbox, dispute, outcome="won")
    assert (balance(company).balance, deposit_held(company)) == (D(0), D(1))
    assert _verify(staff_api, company, accepted=True).status_code == 200
    assert (balance(company).balance, deposit_held(company)) == (D(1), D(0))
    assert faults() == []


def test_a_deposit_lost_in_a_dispute_is_neither_given_back_nor_kept(
    client: Client, staff_api: Api, stripe_sandbox: Stack
) -> None:
    company = _active(client)
    dispute = _disputed(stripe_sandbox, Payment.objects.get())
    _closed(stripe_sandbox, dispute, outcome="lost")
    assert SignUp.objects.get().deposit == "lost"
    assert _verify(staff_api, company, accepted=False).status_code == 200
    books = _books()
    assert {kind: books.get(kind) for kind in (AccountKind.DEPOSIT, AccountKind.CUSTOMER)} == {
        AccountKind.DEPOSIT: None,
        AccountKind.CUSTOMER: None,
    }
    assert AccountKind.OTHER_INCOME not in books
    assert faults() == []


def test_a_kept_deposit_that_is_disputed_is_our_loss(
    client: Client, staff_api: Api, stripe_sandbox: Stack
) -> None:
    """Kept: other_income +1; disputed: other_income −1, cash +1. The customer owes nothing."""
    company = _active(client)
    _verify(staff_api, company, accepted=False)
    _disputed(stripe_sandbox, Payment.objects.get())
    assert AccountKind.OTHER_INCOME not in _books()
    assert balance(company).balance == 0
    assert faults() == []


def test_closed_while_the_bank_has_the_deposit_it_comes_to_the_balance_when_won(
    client: Client, stripe_sandbox: Stack
) -> None:
    company = _active(client)
    dispute = _disputed(stripe_sandbox, Payment.objects.get())
    close_account(company, reason="Moved away", by=BY, at=clock.now())
    _closed(stripe_sandbox, dispute, outcome="won")
    assert (balance(company).balance, deposit_held(company)) == (D(1), D(0))
    assert faults() == []


@pytest.mark.parametrize(
    ("accepted", "percent", "said"),
    [
        (True, "60", ["verified", "back to your card: $0.60", "on your balance: $0.40"]),
        (False, "60", ["The papers are not yours", "not paid back: $1.00"]),
    ],
)
def test_a_mail_tells_of_the_decision_and_of_the_deposit(
    client: Client, staff_api: Api, *, accepted: bool, percent: str, said: list[str]
) -> None:
    flip("account_verification_refund", True)
    flip("verification_refund_percent", percent)
    company = _active(client)
    _verify(staff_api, company, accepted=accepted, reason="The papers are not yours")
    _verify(staff_api, company, accepted=accepted, reason="The papers are not yours")
    [mail] = Mail.objects.filter(company=company, kind__startswith="verification_", to=WHO["email"])
    assert [words for words in said if words not in mail.text] == []
