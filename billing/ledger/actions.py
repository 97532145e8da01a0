"""Booking. `make_entry` and its set-based twin `make_entries` are the only writers of balances.

    make_entry(
        EntryKind.PAYMENT, company=company, key=f"payment:{payment.pk}", at=at, by=by,
        legs=[
            LegSpec(AccountKind.CASH, Decimal(-12), "USD", detail="stripe"),
            LegSpec(AccountKind.CUSTOMER, Decimal(12), "USD", company),
        ],
    )

A batch fills two temporary tables with SQL of its own and books them with one call:

    prepare_entries()
    INSERT INTO new_entry (key, kind, company_id, at, by, description) SELECT …
    INSERT INTO new_leg (entry_key, kind, currency, amount) SELECT …
    make_entries()
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import connection, transaction
from uuid_utils.compat import uuid7

from accounts.companies.models import Company
from billing.ledger import posting
from billing.ledger.exceptions import EntryKeyReused, LedgerError
from billing.ledger.execution import run
from billing.ledger.models import COMPANY_KINDS, AccountKind, Entry, EntryKind
from billing.money.calc import round12

Parameter = str | UUID | datetime | list[str] | list[Decimal] | None


@dataclass(frozen=True)
class LegSpec:
    """A leg to book; positive is credit. `company` is that of the entry for company accounts and
    empty for our own, whose `detail` tells accounts of a kind apart (`cash`: the gateway)."""

    kind: AccountKind
    amount: Decimal
    currency: str
    company: Company | None = None
    detail: str = ""


def make_entry(
    kind: EntryKind,
    *,
    company: Company | None,
    legs: Sequence[LegSpec],
    key: str,
    at: datetime,
    by: str,
    description: str = "",
    document: str = "",
    reason: str = "",
) -> Entry:
    """Book one movement of money; legs of zero are left out.

    Locks the company accounts it moves. A key that has its entry already returns that entry when
    kind, company and legs are the same, and raises EntryKeyReused when not. `at` of the entry is
    never earlier than the company's latest one. Legs that do not sum to zero in each currency are
    an IntegrityError (`ledger_legs_sum_to_zero`).
    """
    _check_legs(legs, company=company)
    given: dict[str, Parameter] = {
        "key": key,
        "id": uuid7(),
        "kind": kind,
        "company": company.pk if company else None,
        "at": at,
        "by": by,
        "description": description[:300],
        "document": document,
        "reason": reason,
        "kinds": [leg.kind.value for leg in legs],
        "details": [leg.detail for leg in legs],
        "currencies": [leg.currency for leg in legs],
        "amounts": [leg.amount for leg in legs],
    }
    with transaction.atomic(savepoint=False):
        with connection.cursor() as cursor:
            cursor.execute(posting.LOCK_GIVEN, given)
        entries = list(Entry.objects.raw(posting.BOOK_GIVEN, given))
        return entries[0] if entries else _booked_before(kind, company=company, legs=legs, key=key)


def prepare_entries() -> None:
    """Make the temporary tables `new_entry` and `new_leg` of this transaction, empty.

    Columns and defaults: `posting.TABLES`. They are emptied at commit.
    """
    with connection.cursor() as cursor:
        cursor.execute(posting.TABLES)


def make_entries(*, about: int = 1) -> int:
    """Book what stands in `new_entry` and `new_leg`, as `make_entry` would one by one.

    The caller has opened a transaction, and locked before it read what the amounts rest on.
    Entries of a company are booked in order of `at`, then id. Keys that have their entry already
    are left out; with other content they raise EntryKeyReused. Returns how many were booked.
    `about` so many entries are expected: it chooses the plan, not what is booked.
    """
    with transaction.atomic(savepoint=False):
        run(posting.LOCK_TABLES, rows=about)
        booked, wanted = run(posting.BOOK_TABLES, rows=about).fetchall()[0]
        if booked != wanted:
            _refuse_other_content()
        return int(booked)


def take_snapshots(*, at: datetime) -> int:
    """Keep the balances of our own accounts, so that reading them stays O(1) in the history.

    A leg's id is taken before its transaction commits. So the last id is read while no writer is
    in between: the table is locked for that moment, and the sums are made after it.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(posting.LOCK_WRITERS)
        cursor.execute("SELECT coalesce(max(id), 0) FROM ledger_leg")
        (through,) = cursor.fetchone()
    with connection.cursor() as cursor:
        cursor.execute(posting.SNAPSHOT_OWN_ACCOUNTS, {"through": through, "at": at})
        taken: int = cursor.rowcount
    return taken


def _refuse_other_content() -> None:
    with connection.cursor() as cursor:
        cursor.execute(posting.KEYS_WITH_OTHER_CONTENT)
        keys = [key for (key,) in cursor.fetchall()]
    if keys:
        raise EntryKeyReused(f"These keys have other entries: {', '.join(keys[:10])}")


def _check_legs(legs: Sequence[LegSpec], *, company: Company | None) -> None:
    """What the database cannot see, because the statement would silently mend it."""
    if not any(leg.amount for leg in legs):
        raise LedgerError("An entry moves money: it has a leg that is not zero.")
    for leg in legs:
        owner = company if leg.kind in COMPANY_KINDS else None
        if leg.company != owner or (owner is not None and leg.detail):
            raise LedgerError(f"A leg on {leg.kind} must be the entry's company's, or our own.")
        if leg.amount != round12(leg.amount):
            raise LedgerError(f"{leg.amount} has more than 12 decimals.")


def _booked_before(
    kind: EntryKind, *, company: Company | None, legs: Sequence[LegSpec], key: str
) -> Entry:
    entry = Entry.objects.get(key=key)
    found = entry.legs.values_list(
        "account__kind", "account__detail", "account__currency", "amount"
    )
    wanted = ((leg.kind, leg.detail, leg.currency, leg.amount) for leg in legs if leg.amount)
    is_same = entry.kind == kind and entry.company_id == (company.pk if company else None)
    if not is_same or Counter(found) != Counter(wanted):
        raise EntryKeyReused(f"The key {key} has an entry with other content.")
    return entry
