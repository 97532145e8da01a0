"""Several sessions at the ledger at once."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from functools import partial

import pytest
from django.db import OperationalError, connection, transaction
from djmoney.money import Money

from accounts.companies.models import Company
from billing.insight.books import prove_books
from billing.ledger.actions import make_entries, prepare_entries
from billing.ledger.models import Account, AccountKind, Entry
from billing.ledger.queries import balance, own_balance
from billing.ledger.tasks import snapshot_own_accounts
from tests.factories import NOW, make_company, new_key, pay_in, use
from tests.two_sessions import at_once, failures

pytestmark = pytest.mark.django_db(transaction=True)


def chain_faults() -> list[str]:
    return [
        finding
        for proof in prove_books()
        if proof.check.name in {"running_balances", "balances_are_sums_of_legs"}
        for finding in proof.findings
    ]


@contextmanager
def unfinished_payment(company: Company) -> Iterator[threading.Event]:
    """A payment that another session has booked and commits when the event is set."""
    booked, may_commit = threading.Event(), threading.Event()

    def book() -> None:
        with transaction.atomic():
            pay_in(company, Money(5, "USD"))
            booked.set()
            may_commit.wait(timeout=30)
        connection.close()

    session = threading.Thread(target=book)
    session.start()
    assert booked.wait(timeout=30)
    try:
        yield may_commit
    finally:
        may_commit.set()
        session.join()


def pay_in_without_patience(company: Company, patience: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [patience])
        pay_in(company, Money(1, "USD"))


def book_batch(companies: list[Company]) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        prepare_entries()
        for company in companies:
            key = new_key()
            cursor.execute(
                "INSERT INTO new_entry (key, kind, company_id, at, by)"
                " VALUES (%s, 'usage', %s, %s, 'system')",
                [key, company.pk, NOW],
            )
            cursor.execute(
                "INSERT INTO new_leg (entry_key, kind, currency, amount)"
                " VALUES (%s, 'customer', 'USD', -1), (%s, 'uninvoiced', 'USD', 1)",
                [key, key],
            )
        make_entries()


def test_parallel_bookings_make_one_chain() -> None:
    company = make_company()
    pay_in(company, Money(100, "USD"))
    outcomes = at_once(*[partial(use, company, net="1", tax="0.2") for _ in range(24)])
    assert not failures(outcomes)
    stands = balance(company)
    assert (stands.balance, stands.uninvoiced) == (Decimal("71.2"), Decimal("28.8"))
    assert chain_faults() == []


def test_one_key_in_parallel_books_one_entry() -> None:
    company = make_company()
    outcomes = at_once(
        *[partial(pay_in, company, Money(5, "USD"), key="payment:1") for _ in range(16)]
    )
    assert not failures(outcomes)
    assert len({entry.pk for entry in outcomes if isinstance(entry, Entry)}) == 1
    assert balance(company).balance == 5


def test_batches_over_the_same_companies_never_wait_in_a_circle() -> None:
    companies = [make_company() for _ in range(6)]

    def several(order: list[Company]) -> None:
        for _ in range(5):
            book_batch(order)

    outcomes = at_once(partial(several, companies), partial(several, companies[::-1]))
    assert not failures(outcomes)
    assert {balance(company).balance for company in companies} == {-10}
    assert chain_faults() == []


def test_nobody_waits_for_an_own_account() -> None:
    first, second = make_company(), make_company()
    pay_in(first, Money(1, "USD"))
    with unfinished_payment(first):
        pay_in_without_patience(second, "2s")
    assert balance(second).balance == 1


def test_who_moves_the_same_balance_waits() -> None:
    company = make_company()
    pay_in(company, Money(1, "USD"))
    with unfinished_payment(company), pytest.raises(OperationalError, match="lock timeout"):
        pay_in_without_patience(company, "300ms")
    assert balance(company).balance == 6


def test_a_snapshot_misses_no_leg_that_commits_late() -> None:
    """A leg takes its id before it commits; without the table lock it would be passed over."""
    first, second = make_company(), make_company()
    pay_in(first, Money(1, "USD"))
    with unfinished_payment(first) as may_commit:
        pay_in(second, Money(1, "USD"))
        timer = threading.Timer(0.5, may_commit.set)
        timer.start()
        snapshot_own_accounts(at=NOW)
        timer.join()
    assert own_balance(Account.objects.get(kind=AccountKind.CASH)) == -7
