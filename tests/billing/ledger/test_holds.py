"""Holds: what is set aside is never spent twice."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from functools import partial
from uuid import uuid4

import pytest
from django.db import transaction
from djmoney.money import Money

from accounts.companies.models import Company
from billing.ledger import holds
from billing.ledger.exceptions import (
    HoldEnded,
    HoldKeyReused,
    InsufficientBalance,
    InvalidHold,
    WrongCurrency,
)
from billing.ledger.models import Account, AccountKind, Hold
from billing.ledger.queries import balance, lock_account
from billing.ledger.tasks import next_expiry, release_expired_holds
from tests.factories import NOW, make_company, new_key, pay_in, use
from tests.two_sessions import at_once, failures

pytestmark = pytest.mark.django_db
D = Decimal
HOUR = timedelta(hours=1)
Status = Hold.Status


def hold(company: Company, amount: str, *, key: str = "", expires_in: timedelta = HOUR) -> Hold:
    return holds.place_hold(
        company,
        amount=Money(amount, "USD"),
        reference="session 7",
        expires_in=expires_in,
        key=key or new_key("hold"),
        at=NOW,
    )


def partial_hold(company: Company, amount: str) -> Hold:
    return holds.place_partial_hold(
        company,
        amount=Money(amount, "USD"),
        reference="session 7",
        expires_in=HOUR,
        key=new_key("hold"),
        at=NOW,
    )


def commit(placed: Hold) -> Hold:
    with transaction.atomic():
        return holds.end_hold(
            holds.locked_hold(placed.pk), status=Status.COMMITTED, at=NOW, charge_id=uuid4()
        )


def held(company: Company) -> Decimal:
    return Account.objects.get(company=company, kind=AccountKind.CUSTOMER).held


def funded(amount: str = "10") -> Company:
    company = make_company()
    pay_in(company, Money(amount, "USD"))
    return company


def test_what_is_held_is_not_available_but_still_on_the_balance() -> None:
    company = funded("10")
    hold(company, "4")
    stands = balance(company)
    assert (stands.balance, stands.held, stands.available) == (D(10), D(4), D(6))


def test_a_hold_is_refused_with_what_is_missing() -> None:
    company = funded("10")
    hold(company, "4")
    with pytest.raises(InsufficientBalance) as refusal:
        hold(company, "7.50")
    assert refusal.value.status == 402
    assert refusal.value.extra == {"missing": {"amount": "1.50", "currency": "USD"}}
    assert held(company) == 4


@pytest.mark.parametrize(
    ("terms", "most"),
    [
        ({"billing_type": "prepaid", "minimum_balance": Decimal(3)}, "7"),
        ({"billing_type": "prepaid", "minimum_balance": Decimal(-3)}, "13"),
        ({"billing_type": "postpaid", "credit_limit": Decimal(50)}, "60"),
        ({"billing_type": "flexible", "credit_limit": Decimal(50)}, "60"),
    ],
)
def test_holds_go_down_to_the_floor_and_not_below(terms: dict[str, object], most: str) -> None:
    company = make_company(**terms)  # type: ignore[arg-type]
    pay_in(company, Money(10, "USD"))
    with pytest.raises(InsufficientBalance):
        hold(company, str(Decimal(most) + Decimal("0.01")))
    hold(company, most)


def test_without_a_credit_limit_nothing_is_refused() -> None:
    company = make_company(billing_type="postpaid", credit_limit=None)
    assert hold(company, "1000000").status == Status.ACTIVE


def test_a_partial_hold_grants_what_is_left_and_says_that_it_is_the_last() -> None:
    company = funded("10")
    first, second = partial_hold(company, "8"), partial_hold(company, "8")
    assert (first.amount, first.is_final) == (D(8), False)
    assert (second.amount, second.is_final) == (D(2), True)
    with pytest.raises(InsufficientBalance):
        partial_hold(company, "8")


def test_repeating_a_key_returns_the_first_hold() -> None:
    company = funded("10")
    assert hold(company, "4", key="k") == hold(company, "4", key="k")
    assert held(company) == 4
    with pytest.raises(HoldKeyReused):
        hold(funded("10"), "4", key="k")


def test_a_commit_ends_the_hold_once() -> None:
    company = funded("10")
    placed = hold(company, "4")
    first = commit(placed)
    assert commit(placed).charge_id == first.charge_id
    assert held(company) == 0


@pytest.mark.parametrize("status", [Status.RELEASED, Status.EXPIRED])
def test_a_commit_is_never_refused_even_after_the_end(status: Status) -> None:
    company = funded("10")
    placed = hold(company, "4")
    other = hold(company, "5")
    with transaction.atomic():
        holds.end_hold(holds.locked_hold(placed.pk), status=status, at=NOW)
    assert commit(placed).status == Status.COMMITTED
    assert held(company) == other.amount


def test_releasing_gives_back_and_twice_is_once() -> None:
    company = funded("10")
    placed = hold(company, "4")
    holds.release_hold(placed.pk, at=NOW)
    holds.release_hold(placed.pk, at=NOW)
    assert held(company) == 0
    committed = commit(hold(company, "1"))
    with pytest.raises(HoldEnded):
        holds.release_hold(committed.pk, at=NOW)


def test_a_hold_is_extended_within_what_is_available() -> None:
    company = funded("10")
    placed = hold(company, "4")
    later = NOW + timedelta(minutes=30)
    longer = holds.extend_hold(placed.pk, more=Decimal(6), expires_in=HOUR, at=later)
    assert (longer.amount, longer.expires_at) == (D(10), later + HOUR)
    assert held(company) == 10
    with pytest.raises(InsufficientBalance):
        holds.extend_hold(placed.pk, more=Decimal("0.01"), expires_in=HOUR, at=later)
    with pytest.raises(HoldEnded):
        holds.extend_hold(placed.pk, more=Decimal(0), expires_in=HOUR, at=later + HOUR)


def test_the_sweep_gives_back_what_is_past_its_time() -> None:
    company, other = funded("10"), funded("10")
    hold(company, "4", expires_in=timedelta(minutes=1))
    hold(company, "1", expires_in=HOUR)
    hold(other, "2", expires_in=timedelta(minutes=2))
    assert next_expiry(NOW) == NOW + timedelta(minutes=1)
    assert release_expired_holds(at=NOW + timedelta(minutes=2)) == 2
    assert release_expired_holds(at=NOW + timedelta(minutes=2)) == 0
    assert (held(company), held(other)) == (D(1), D(0))


def test_a_hold_past_its_time_does_not_stand_in_the_way_before_the_sweep() -> None:
    company = funded("10")
    hold(company, "10", expires_in=timedelta(minutes=1))
    late = holds.place_hold(
        company,
        amount=Money(10, "USD"),
        reference="session 8",
        expires_in=HOUR,
        key=new_key(),
        at=NOW + timedelta(minutes=1),
    )
    assert held(company) == late.amount


def test_what_is_no_hold_is_refused() -> None:
    company = funded("10")
    for amount, expires_in in (("0", HOUR), ("-1", HOUR), ("1", timedelta())):
        with pytest.raises(InvalidHold):
            hold(company, amount, expires_in=expires_in)
    with pytest.raises(WrongCurrency):
        holds.place_hold(
            company,
            amount=Money(1, "EUR"),
            reference="x",
            expires_in=HOUR,
            key=new_key(),
            at=NOW,
        )


@pytest.mark.django_db(transaction=True)
def test_parallel_sessions_never_hold_the_same_money() -> None:
    """64 sessions ask for 1.00 of 10.00: ten get it. Without the lock more would."""
    company = funded("10")
    outcomes = at_once(*[partial(hold, company, "1") for _ in range(64)])
    refused = failures(outcomes)
    assert len(refused) == 54
    assert all(isinstance(error, InsufficientBalance) for error in refused)
    assert held(company) == 10


@pytest.mark.django_db(transaction=True)
def test_one_key_in_parallel_places_one_hold() -> None:
    company = funded("10")
    outcomes = at_once(*[partial(hold, company, "1", key="same") for _ in range(16)])
    assert not failures(outcomes)
    assert len({placed.pk for placed in outcomes if isinstance(placed, Hold)}) == 1
    assert held(company) == 1


@pytest.mark.django_db(transaction=True)
def test_commits_releases_and_sweeps_together_give_back_once() -> None:
    company = funded("10")
    placed = [hold(company, "1", expires_in=timedelta(minutes=1)) for _ in range(8)]
    later = NOW + timedelta(minutes=1)
    outcomes = at_once(
        *[partial(commit, each) for each in placed[:4]],
        *[partial(holds.release_hold, each.pk, at=NOW) for each in placed[4:]],
        *[partial(release_expired_holds, at=later) for _ in range(4)],
    )
    assert not failures(outcomes)
    release_expired_holds(at=later)
    assert held(company) == 0
    assert Hold.objects.filter(status=Status.COMMITTED).count() == 4


@pytest.mark.django_db(transaction=True)
def test_a_lock_makes_the_second_reader_wait() -> None:
    """Two spend 8 of 10 unless it would go below zero: with the lock only one does."""
    company = funded("10")

    def spend() -> bool:
        with transaction.atomic():
            account = lock_account(company.pk, "USD")
            if (account.balance or 0) < 8:
                return False
            use(company, net="8")
            return True

    assert sorted(map(bool, at_once(spend, spend))) == [False, True]
    assert balance(company).balance == 2
