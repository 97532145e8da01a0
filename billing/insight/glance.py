"""Money at a glance, over all companies: what the staff's dashboard opens with.

Each question is one statement; sums go by currency, for currencies do not add up.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import connection

from billing.integrations.registry import systems_on


@dataclass(frozen=True)
class Holdings:
    """Customer accounts of a currency: funds that we hold, what is owed to us, what is reserved."""

    currency: str
    funds: Decimal
    owed: Decimal
    held: Decimal


# → (currency, sum of positive balances, sum of negative balances, reserved)
_HOLDINGS = """
SELECT currency,
       coalesce(sum(balance) FILTER (WHERE balance > 0), 0),
       coalesce(sum(balance) FILTER (WHERE balance < 0), 0),
       coalesce(sum(held), 0)
FROM ledger_account
WHERE kind = 'customer' AND company_id IS NOT NULL
GROUP BY currency
ORDER BY count(*) DESC, currency
"""


def holdings() -> list[Holdings]:
    """The currency of the most companies first."""
    with connection.cursor() as cursor:
        cursor.execute(_HOLDINGS)
        return [Holdings(*row) for row in cursor.fetchall()]


# %s: first day → (currency, day of the company's zone, net amount charged)
_EARNED = """
SELECT profile.currency, total.day, sum(total.amount)
FROM day_total total
JOIN billing_profile profile ON profile.company_id = total.company_id
WHERE total.day >= %s
GROUP BY profile.currency, total.day
"""


def earned_by_day(*, since: date) -> dict[str, dict[date, Decimal]]:
    """Usage and fees charged, net of tax, invoiced or not: currency → day → amount."""
    earned: dict[str, dict[date, Decimal]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_EARNED, [since])
        for currency, day, amount in cursor.fetchall():
            earned.setdefault(currency, {})[day] = amount
    return earned


@dataclass(frozen=True)
class RechargeDay:
    """Recharges opened on a day (UTC): those that brought money, and those that did not."""

    day: date
    succeeded: int
    failed: int


# %s: since → (day, succeeded, not succeeded although over or waiting for a retry)
_RECHARGES = """
SELECT (created_at AT TIME ZONE 'UTC')::date,
       count(*) FILTER (WHERE status = 'succeeded'),
       count(*) FILTER (WHERE status IN ('failed', 'exhausted', 'retry_scheduled'))
FROM recharge
WHERE created_at >= %s
GROUP BY 1 ORDER BY 1
"""


def recharges_by_day(*, at: datetime, days: int) -> list[RechargeDay]:
    """The last `days` days including today, each of them, also those without a recharge."""
    first = (at - timedelta(days=days - 1)).replace(hour=0, minute=0, second=0, microsecond=0)
    with connection.cursor() as cursor:
        cursor.execute(_RECHARGES, [first])
        known = {day: RechargeDay(day, good, bad) for day, good, bad in cursor.fetchall()}
    all_days = [first.date() + timedelta(days=number) for number in range(days)]
    return [known.get(day, RechargeDay(day, 0, 0)) for day in all_days]


@dataclass(frozen=True)
class Overdue:
    """Overdue invoices of a currency."""

    currency: str
    count: int
    due: Decimal


# → (currency, how many, what is due in all)
_OVERDUE = """
SELECT currency, count(*), sum(amount_due) FROM invoice
WHERE status = 'overdue' GROUP BY currency ORDER BY count(*) DESC
"""


def overdue() -> list[Overdue]:
    with connection.cursor() as cursor:
        cursor.execute(_OVERDUE)
        return [Overdue(*row) for row in cursor.fetchall()]


@dataclass(frozen=True)
class Undecided:
    """What waits for a person: second opinions, disputes, companies to look at."""

    adjustments: int
    refunds: int
    disputes: int
    exhausted_rules: int
    sync_work: int
    incoming_payments: int
    suspended_companies: int


_UNDECIDED = """
SELECT (SELECT count(*) FROM ledger_adjustment WHERE status = 'proposed'),
       (SELECT count(*) FROM refund WHERE status = 'proposed'),
       (SELECT count(*) FROM dispute WHERE status = 'open'),
       (SELECT count(*) FROM recharge_rule WHERE enabled AND paused_at IS NOT NULL),
       (SELECT count(*) FROM sync_work WHERE status = 'attention' AND system = ANY(%(systems)s)),
       (SELECT count(*) FROM incoming_payment
        WHERE status = 'unmatched' AND system = ANY(%(systems)s)),
       (SELECT count(*) FROM company WHERE status = 'suspended')
"""


def undecided(*, at: datetime) -> Undecided:
    """What another system does not have counts while it is on."""
    systems = [str(system) for system in systems_on(at=at)]
    with connection.cursor() as cursor:
        cursor.execute(_UNDECIDED, {"systems": systems})
        (row,) = cursor.fetchall()
    return Undecided(*row)


@dataclass(frozen=True)
class LastAudit:
    """The last proof of the books."""

    checked_at: datetime
    checks: int
    faults: int


# → (when, checks, faults) of the newest run
_LAST_AUDIT = """
SELECT max(checked_at), count(*), sum(faults)::bigint
FROM books_audit
WHERE run = (SELECT run FROM books_audit ORDER BY checked_at DESC, id DESC LIMIT 1)
"""


def last_audit() -> LastAudit | None:
    with connection.cursor() as cursor:
        cursor.execute(_LAST_AUDIT)
        (row,) = cursor.fetchall()
    checked_at, checks, faults = row
    return None if checked_at is None else LastAudit(checked_at, checks, faults)
