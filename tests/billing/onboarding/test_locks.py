"""Two sessions at once: each waits for the other, and finds what it has done."""

from __future__ import annotations

import threading
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db import transaction
from django.test import Client
from djmoney.money import Money

from accounts.companies.models import Company
from billing.ledger.models import AccountKind, Leg
from billing.ledger.queries import balance, deposit_held, lock_payer
from billing.onboarding.actions.closing import close_account
from billing.onboarding.actions.deposits import pay_deposit
from billing.onboarding.actions.verification import accept_company, refuse_company
from billing.onboarding.exceptions import DepositRunning, NotPending, VerificationDecided
from billing.onboarding.models import Closing, SignUp
from billing.payments.actions.transfers import record_transfer
from billing.payments.models import Payment, Refund
from billing.promotions.actions import create_promo_code, redeem
from billing.promotions.exceptions import PromoCodeRefused
from billing.promotions.models import PromoCode, Redemption
from config import clock
from tests.billing.onboarding.setting import confirm, flip, pay, signed_up
from tests.billing.payments.cards import save_card
from tests.books import faults
from tests.factories import BY, NOW, make_company, new_key
from tests.two_sessions import at_once, failures, wait_until_somebody_waits

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("stripe_sandbox"),
]

D = Decimal


def _one_after_the_other(
    first: Callable[[], object], then: Callable[[], object]
) -> list[object | Exception]:
    """`first` is done but not committed when `then` begins: it must come to wait."""
    is_done = threading.Event()

    def hold() -> object:
        with transaction.atomic():
            result = first()
            is_done.set()
            wait_until_somebody_waits()
        return result

    def follow() -> object:
        assert is_done.wait(timeout=10)
        return then()

    return at_once(hold, follow)


def _with_deposit(client: Client) -> Company:
    flip("signup_payment", True)
    flip("account_verification_refund", True)
    company = signed_up(client)
    confirm(client)
    pay(client)
    company.refresh_from_db()
    assert deposit_held(company) == 1
    return company


def _sum(kind: AccountKind) -> Decimal:
    return sum((leg.amount for leg in Leg.objects.filter(account__kind=kind)), D(0))


def test_refused_and_accepted_at_once_the_deposit_goes_one_way(client: Client) -> None:
    company = _with_deposit(client)
    outcomes = _one_after_the_other(
        lambda: refuse_company(company, reason="No papers", by="staff:a", at=clock.now()),
        lambda: accept_company(company, reason="", by="staff:b", at=clock.now()),
    )
    assert [type(each) for each in failures(outcomes)] == [VerificationDecided]
    assert SignUp.objects.get().verification == "refused"
    assert (deposit_held(company), _sum(AccountKind.OTHER_INCOME)) == (D(0), D(1))
    assert not Refund.objects.exists()
    assert faults() == []


def test_accepted_by_two_at_once_it_goes_back_once(client: Client) -> None:
    company = _with_deposit(client)
    is_held = threading.Event()

    def hold() -> None:
        with transaction.atomic():
            lock_payer(company.pk, "USD")
            is_held.set()
            wait_until_somebody_waits()

    def accept() -> SignUp:
        assert is_held.wait(timeout=10)
        return accept_company(company, reason="", by=BY, at=clock.now())

    assert failures(at_once(hold, accept, accept)) == []
    assert Refund.objects.get().amount == Money(1, "USD")
    assert _sum(AccountKind.CASH) == 0
    assert faults() == []


def test_the_deposit_paid_with_two_cards_at_once_is_charged_once(client: Client) -> None:
    flip("signup_payment", True)
    company = signed_up(client)
    confirm(client)
    cards = [save_card(company), save_card(company, "pm_card_mastercard")]
    is_held = threading.Event()

    def hold() -> None:
        with transaction.atomic():
            lock_payer(company.pk, "USD")
            is_held.set()
            wait_until_somebody_waits()

    def pays(number: int) -> Callable[[], object]:
        def act() -> object:
            assert is_held.wait(timeout=10)
            return pay_deposit(company, card=cards[number], key=new_key(), by=BY, at=clock.now())

        return act

    refused = failures(at_once(hold, pays(0), pays(1)))
    assert len(refused) == 1
    assert isinstance(refused[0], (DepositRunning, NotPending))
    assert Payment.objects.get().status == Payment.Status.COMPLETED
    assert (deposit_held(company), _sum(AccountKind.CASH)) == (D(1), D(-1))
    assert faults() == []


def test_money_that_arrives_while_the_account_closes_is_sent_back() -> None:
    """15.00 by transfer, not committed yet when the closing begins: 15.00 are to be sent back."""
    company = make_company()
    outcomes = _one_after_the_other(
        lambda: record_transfer(
            company,
            amount=Money(D(15), "USD"),
            method=Payment.Method.BANK_TRANSFER,
            reference="MT940 / 17",
            received_at=NOW,
            key=new_key(),
            by=BY,
            at=NOW,
        ),
        lambda: close_account(company, reason="Moved away", by=BY, at=NOW),
    )
    assert failures(outcomes) == []
    assert (Closing.objects.get().to_transfer, balance(company).balance) == (D(15), D(15))
    assert faults() == []


def test_a_limit_of_three_is_redeemed_by_three_of_six_at_once() -> None:
    code = create_promo_code(
        kind=PromoCode.Kind.SIGNUP, percent=D(10), max_redemptions=3, by=BY, at=NOW
    )
    companies = [make_company() for _ in range(6)]
    is_taken = threading.Event()

    def take(company: Company) -> Redemption:
        return redeem(company, code.code, by=BY, at=NOW)

    def first() -> Redemption:
        with transaction.atomic():
            redemption = take(companies[0])
            is_taken.set()
            wait_until_somebody_waits()
        return redemption

    def later(company: Company) -> Callable[[], Redemption]:
        def act() -> Redemption:
            assert is_taken.wait(timeout=10)
            return take(company)

        return act

    outcomes = at_once(first, *(later(company) for company in companies[1:]))
    refused = failures(outcomes)
    assert [type(each) for each in refused] == [PromoCodeRefused] * 3
    code.refresh_from_db()
    assert (code.redeemed, Redemption.objects.count()) == (3, 3)
