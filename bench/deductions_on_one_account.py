"""B5: deductions on ONE account, each its own entry with running balance, micro-batched.

256 callers wait for their deduction at any time; whoever books takes all that wait in one
transaction. A caller's wait is therefore one batch. The yardstick is what a row per balance and
an UPDATE per deduction would do: pgbench, four clients, one row.
"""

from __future__ import annotations

import time

from django.db import connection, transaction
from uuid_utils.compat import uuid7

from accounts.companies.models import Company
from bench.figures import Figures, figures, in_turn, percentile
from bench.pgbench import transactions_per_second
from billing.ledger.actions import make_entries, prepare_entries
from billing.profiles.actions import open_account
from config.clock import now

NAME = "B5"
TARGET = 20.0
P99_TARGET_MS = 10.0
CALLERS = 256
SECONDS = 2
YARDSTICK_CLIENTS = 4

# In: company, time, keys and ids of the entries. Two legs each, as of an adjustment, so that the
# books agree without charges.
ENTRIES = """
INSERT INTO new_entry (key, id, kind, company_id, at, by)
SELECT key, id, 'adjustment', %s, %s, 'bench' FROM unnest(%s::varchar[], %s::uuid[]) AS due(key, id)
"""
LEGS = """
INSERT INTO new_leg (entry_key, kind, currency, amount)
SELECT key, leg.kind, 'USD', leg.amount
FROM new_entry CROSS JOIN (VALUES ('customer', -0.0012), ('other_income', 0.0012))
     AS leg(kind, amount)
"""
ONE_ROW = "UPDATE one_row SET balance = balance - 0.0012 WHERE id = 1;"


def run() -> Figures:
    """Deductions per second against updates per second, and how long a caller waits."""
    company = customer()
    _make_row()
    waits: list[float] = []
    rounds = in_turn(
        lambda: deductions_per_second(company, waits),
        lambda: transactions_per_second(ONE_ROW, clients=YARDSTICK_CLIENTS, seconds=SECONDS),
    )
    return {
        **figures(rounds, unit="deductions/s", target=TARGET),
        "p50_ms": percentile(waits, 50) * 1000,
        "p99_ms": percentile(waits, 99) * 1000,
        "p99_target_ms": P99_TARGET_MS,
    }


def customer() -> Company:
    return open_account(
        name="One busy account",
        email="busy@bench.example",
        category="organization",
        country="DE",
        timezone="UTC",
        currency="USD",
        by="bench",
        at=now(),
    )


def deductions_per_second(company: Company, waits: list[float]) -> float:
    """Book batch after batch; each wait of a batch is added to `waits`."""
    booked, began = 0, time.perf_counter()
    while (elapsed := time.perf_counter() - began) < SECONDS:
        start = time.perf_counter()
        booked += deduct(company, count=CALLERS)
        waits.append(time.perf_counter() - start)
    return booked / elapsed


def deduct(company: Company, *, count: int) -> int:
    ids = [uuid7() for _ in range(count)]
    with transaction.atomic(), connection.cursor() as cursor:
        prepare_entries()
        cursor.execute(ENTRIES, [company.pk, now(), [f"bench:{each}" for each in ids], ids])
        cursor.execute(LEGS)
        return make_entries()


def _make_row() -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE one_row (id integer PRIMARY KEY, balance numeric(30, 12))")
        cursor.execute("INSERT INTO one_row VALUES (1, 0)")
