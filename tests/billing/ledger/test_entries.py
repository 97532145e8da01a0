"""Entries: sums, keys, order, what is refused, and batches."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from djmoney.money import Money

from accounts.companies.models import Company
from billing.ledger import posting
from billing.ledger.actions import LegSpec, make_entries, make_entry, prepare_entries
from billing.ledger.exceptions import EntryKeyReused, LedgerError
from billing.ledger.models import Account, AccountKind, Entry, EntryKind, Leg
from billing.ledger.queries import balance
from tests.billing.ledger.legs import legs_for
from tests.factories import BY, NOW, make_company, new_key, pay_in, use

pytestmark = pytest.mark.django_db

K = AccountKind


def test_company_accounts_keep_a_running_balance_and_own_accounts_none() -> None:
    company = make_company()
    pay_in(company, Money(100, "USD"))
    entry = use(company, net="10", tax="2")
    after = dict(entry.legs.values_list("account__kind", "balance_after"))
    assert after == {K.CUSTOMER: 88, K.UNINVOICED: 10, K.UNINVOICED_TAX: 2}
    assert Leg.objects.get(account__kind=K.CASH).balance_after is None
    assert Account.objects.get(kind=K.CASH).balance is None


def test_two_legs_on_one_account_each_show_the_balance_after_them() -> None:
    company = make_company()
    entry = make_entry(
        EntryKind.ADJUSTMENT,
        company=company,
        legs=legs_for(
            company, [(K.PROMOTIONS, "", "-15"), (K.CUSTOMER, "", "20"), (K.CUSTOMER, "", "-5")]
        ),
        key=new_key(),
        at=NOW,
        by=BY,
    )
    chain = list(
        entry.legs.filter(account__kind=K.CUSTOMER)
        .order_by("id")
        .values_list("amount", "balance_after")
    )
    assert chain == [(Decimal(20), Decimal(20)), (Decimal(-5), Decimal(15))]


def test_legs_that_do_not_sum_to_zero_are_refused_by_the_database() -> None:
    company = make_company()
    with pytest.raises(IntegrityError, match=r"off by 1.0* USD"), transaction.atomic():
        make_entry(
            EntryKind.PAYMENT,
            company=company,
            legs=legs_for(company, [(K.CASH, "stripe", "-11"), (K.CUSTOMER, "", "12")]),
            key=new_key(),
            at=NOW,
            by=BY,
        )
    assert balance(company).balance == 0


def test_currencies_do_not_make_up_for_each_other() -> None:
    company = make_company()
    legs = [
        LegSpec(K.CASH, Decimal(-12), "EUR", detail="stripe"),
        LegSpec(K.CUSTOMER, Decimal(12), "USD", company),
    ]
    with pytest.raises(IntegrityError, match="sum to zero"), transaction.atomic():
        make_entry(EntryKind.PAYMENT, company=company, legs=legs, key=new_key(), at=NOW, by=BY)


def test_a_leg_cannot_be_added_to_an_entry_afterwards() -> None:
    company = make_company()
    entry = pay_in(company, Money(10, "USD"))
    cash = Account.objects.get(kind=K.CASH)
    with pytest.raises(IntegrityError, match="has legs already"), transaction.atomic():
        Leg.objects.bulk_create(
            [Leg(entry=entry, account=cash, amount=5), Leg(entry=entry, account=cash, amount=-5)]
        )


def test_a_leg_needs_an_entry_and_an_account() -> None:
    cash = Account.objects.create(kind=K.CASH, detail="x", currency="USD")
    with pytest.raises(IntegrityError, match="is missing"), transaction.atomic():
        Leg.objects.create(entry_id=Entry().pk, account=cash, amount=0)
    entry = Entry.objects.create(kind=EntryKind.PAYMENT, at=NOW, key=new_key(), by=BY)
    with pytest.raises(IntegrityError, match="has no account"), transaction.atomic():
        Leg.objects.create(entry=entry, account_id=0, amount=0)


@pytest.mark.parametrize("table", ["ledger_entry", "ledger_leg"])
@pytest.mark.parametrize("change", ["UPDATE {} SET id = id", "DELETE FROM {}"])
def test_what_is_booked_is_never_changed(table: str, change: str) -> None:
    pay_in(make_company(), Money(10, "USD"))
    with (
        pytest.raises(Exception, match="Cannot update or delete"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(change.format(table))


def test_repeating_a_key_returns_the_first_entry_and_moves_nothing() -> None:
    company = make_company()
    first = pay_in(company, Money(10, "USD"), key="payment:1")
    again = pay_in(company, Money(10, "USD"), key="payment:1", at=NOW + timedelta(days=1))
    assert again == first
    assert balance(company).balance == 10


def test_a_key_with_other_content_is_an_error() -> None:
    company = make_company()
    pay_in(company, Money(10, "USD"), key="payment:1")
    with pytest.raises(EntryKeyReused), transaction.atomic():
        pay_in(company, Money(11, "USD"), key="payment:1")
    with pytest.raises(EntryKeyReused), transaction.atomic():
        pay_in(make_company(), Money(10, "USD"), key="payment:1")
    assert balance(company).balance == 10


def test_an_entry_is_never_earlier_than_the_one_before_it() -> None:
    """So that the order of legs and the order of time agree, and statements tile."""
    company = make_company()
    pay_in(company, Money(10, "USD"), at=NOW)
    late = pay_in(company, Money(10, "USD"), at=NOW - timedelta(seconds=3))
    assert late.at == NOW


def test_what_no_statement_could_book_is_refused() -> None:
    company, other = make_company(), make_company()
    customer, cash = (
        LegSpec(K.CUSTOMER, Decimal(1), "USD", company),
        LegSpec(K.CASH, Decimal(-1), "USD"),
    )
    wrong = [
        [LegSpec(K.CUSTOMER, Decimal(0), "USD", company)],
        [LegSpec(K.CUSTOMER, Decimal(1), "USD", other), cash],
        [LegSpec(K.CUSTOMER, Decimal(1), "USD", None), cash],
        [customer, LegSpec(K.CASH, Decimal(-1), "USD", company)],
        [customer, LegSpec(K.CASH, Decimal("-1.0000000000001"), "USD")],
    ]
    for legs in wrong:
        with pytest.raises(LedgerError):
            make_entry(EntryKind.PAYMENT, company=company, legs=legs, key=new_key(), at=NOW, by=BY)


def book_batch(rows: list[tuple[str, Company, str]]) -> int:
    """One usage entry per row: key, company, amount."""
    with transaction.atomic():
        prepare_entries()
        with connection.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO new_entry (key, kind, company_id, at, by)"
                " VALUES (%s, 'usage', %s, %s, 'system')",
                [(key, company.pk, NOW) for key, company, _ in rows],
            )
            cursor.executemany(
                "INSERT INTO new_leg (entry_key, kind, currency, amount)"
                " VALUES (%s, 'customer', 'USD', %s), (%s, 'uninvoiced', 'USD', %s),"
                " (%s, 'uninvoiced_tax', 'USD', 0)",
                [(key, -Decimal(a), key, Decimal(a), key) for key, _, a in rows],
            )
        return make_entries()


def test_a_batch_books_as_single_entries_would() -> None:
    first, second = make_company(), make_company()
    pay_in(first, Money(100, "USD"))
    booked = book_batch([("a", first, "1.5"), ("b", second, "2"), ("c", first, "0.25")])
    assert booked == 3
    assert balance(first).balance == Decimal("98.25")
    assert balance(first).uninvoiced == Decimal("1.75")
    assert balance(second).balance == -2
    chain = Leg.objects.filter(account__company=first, account__kind=K.CUSTOMER).order_by("id")
    assert [leg.balance_after for leg in chain][-1] == Decimal("98.25")
    assert Leg.objects.filter(entry__key="a").count() == 2


def test_a_batch_leaves_out_what_is_booked_already() -> None:
    company = make_company()
    book_batch([("a", company, "1")])
    assert book_batch([("a", company, "1"), ("b", company, "1")]) == 1
    assert balance(company).balance == -2


def test_a_batch_refuses_a_key_with_other_content() -> None:
    company, other = make_company(), make_company()
    book_batch([("a", company, "1")])
    for rows in (
        [("a", company, "2")],
        [("a", other, "1")],
        [("b", company, "1"), ("a", company, "2")],
    ):
        with pytest.raises(EntryKeyReused), transaction.atomic():
            book_batch(rows)
    assert balance(company).balance == -1


def test_a_batch_of_entries_without_money_books_nothing() -> None:
    company = make_company()
    assert book_batch([("a", company, "0")]) == 0
    assert not Entry.objects.filter(key="a").exists()


def legs_read() -> int:
    """Legs that this transaction has looked at so far."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0)"
            " FROM pg_stat_xact_user_tables WHERE relname = 'ledger_leg'"
        )
        (read,) = cursor.fetchone()
    return int(read)


@pytest.mark.django_db(transaction=True)
def test_the_proof_of_new_legs_reads_no_others() -> None:
    """Nor when it was planned while the ledger was empty: 2 000 legs at a time, twice."""
    companies = [make_company() for _ in range(20)]
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    for batch in range(2):
        rows = [(f"{batch}-{n}", companies[n % 20], "1") for n in range(1000)]
        with transaction.atomic():
            before = legs_read()
            assert book_batch(rows) == 1000
            assert legs_read() - before <= 2000 * 2


def test_booking_a_batch_compares_no_leg_with_all_others() -> None:
    """A nested loop with a filter on the join would grow with the square of the batch."""
    companies = [make_company() for _ in range(40)]
    with transaction.atomic():
        prepare_entries()
        with connection.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO new_entry (key, kind, company_id, at, by)"
                " VALUES (%s, 'usage', %s, %s, 'system')",
                [(f"{n}", companies[n % 40].pk, NOW) for n in range(1000)],
            )
            cursor.executemany(
                "INSERT INTO new_leg (entry_key, kind, currency, amount)"
                " VALUES (%s, 'customer', 'USD', -1), (%s, 'uninvoiced', 'USD', 1)",
                [(f"{n}", f"{n}") for n in range(1000)],
            )
            cursor.execute(f"EXPLAIN {posting.BOOK_TABLES}")
            plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "Join Filter" not in plan, plan
