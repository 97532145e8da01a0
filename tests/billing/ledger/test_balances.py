"""Balances and statements: what the customer reads, in constant time."""

from __future__ import annotations

import itertools
from datetime import timedelta
from decimal import Decimal

import pytest
from djmoney.money import Money
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from pytest_django.fixtures import DjangoAssertNumQueries

from accounts.companies.models import Company
from billing.ledger.models import Account, AccountKind, BalanceSnapshot
from billing.ledger.queries import balance, displayed, own_balance, statement
from billing.ledger.tasks import snapshot_own_accounts
from features.actions import set_value
from tests.factories import BY, NOW, make_company, pay_in, use

D = Decimal
DAY = timedelta(days=1)


def customer_account(company: Company) -> Account:
    return Account.objects.get(company=company, kind=AccountKind.CUSTOMER)


@pytest.mark.django_db
def test_uninvoiced_includes_tax() -> None:
    company = make_company(minimum_balance=D(-5))
    pay_in(company, Money(100, "USD"))
    use(company, net="10", tax="2")
    stands = balance(company)
    assert (stands.balance, stands.uninvoiced, stands.floor) == (D(88), D(12), D(-5))
    assert (stands.available, stands.spendable) == (D(88), D(93))


@pytest.mark.django_db
def test_a_negative_prepaid_balance_is_shown_as_nothing_unless_switched_on() -> None:
    assert displayed(D(-3), billing_type="prepaid", at=NOW) == 0
    assert displayed(D(3), billing_type="prepaid", at=NOW) == 3
    assert displayed(D(-3), billing_type="postpaid", at=NOW) == -3
    set_value("prepaid_negative_balance_display", value=True, reason="Clear", by=BY, at=NOW)
    assert displayed(D(-3), billing_type="prepaid", at=NOW) == -3


@pytest.mark.django_db
def test_a_statement_opens_with_the_balance_before_and_closes_with_the_one_after() -> None:
    company = make_company()
    for day, amount in enumerate(["100", "50", "25"]):
        pay_in(company, Money(amount, "USD"), at=NOW + day * DAY)
    page = statement(customer_account(company), start=NOW + DAY, end=NOW + 2 * DAY)
    assert (page.opening, page.closing) == (D(100), D(150))
    assert [leg.amount for leg in page.legs] == [50]


@pytest.mark.django_db
def test_a_statement_before_the_first_entry_and_after_the_last_is_empty() -> None:
    company = make_company()
    pay_in(company, Money(100, "USD"), at=NOW)
    before = statement(customer_account(company), start=NOW - 2 * DAY, end=NOW)
    after = statement(customer_account(company), start=NOW + DAY, end=None)
    assert (before.opening, before.closing, list(before.legs)) == (D(0), D(0), [])
    assert (after.opening, after.closing, list(after.legs)) == (D(100), D(100), [])


@pytest.mark.django_db
def test_reading_a_balance_takes_two_statements(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    company = make_company()
    with django_assert_num_queries(2):
        balance(company)


class StatementsTile(TestCase):
    """Any cut of time gives statements that fit together."""

    @given(
        steps=st.lists(
            st.tuples(st.integers(-2, 5), st.decimals("-100", "100", places=4).filter(bool)),
            min_size=1,
            max_size=8,
        ),
        cuts=st.lists(st.integers(-3, 30), min_size=1, max_size=3),
    )
    def test_adjoining_statements_fit_together(
        self, steps: list[tuple[int, Decimal]], cuts: list[int]
    ) -> None:
        company = make_company()
        at = NOW
        for hours, amount in steps:
            at += timedelta(hours=hours)
            pay_in(company, Money(amount, "USD"), at=at)
        instants = [None, *(NOW + timedelta(hours=h) for h in sorted(set(cuts))), None]
        account = customer_account(company)
        pages = [
            statement(account, start=start, end=end) for start, end in itertools.pairwise(instants)
        ]
        assert pages[0].opening == 0
        assert pages[-1].closing == sum(amount for _, amount in steps)
        for page in pages:
            assert page.opening + sum(leg.amount for leg in page.legs) == page.closing
        for page, following in itertools.pairwise(pages):
            assert page.closing == following.opening


@pytest.mark.django_db
def test_the_balance_of_an_own_account_is_its_snapshot_and_the_legs_since() -> None:
    company = make_company()
    pay_in(company, Money(100, "USD"))
    cash = Account.objects.get(kind=AccountKind.CASH)
    assert own_balance(cash) == -100
    assert snapshot_own_accounts(at=NOW) == 1
    pay_in(company, Money(20, "USD"))
    assert BalanceSnapshot.objects.get().balance == -100
    assert own_balance(cash) == -120
    assert snapshot_own_accounts(at=NOW + DAY) == 1
    assert snapshot_own_accounts(at=NOW + 2 * DAY) == 0
    assert own_balance(cash) == -120
