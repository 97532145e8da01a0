"""The ledger proves itself: entries, balances, order, holds, snapshots."""

from __future__ import annotations

from billing.insight.audit.checks import Check

ENTRIES_SUM_TO_ZERO = Check(
    name="entries_sum_to_zero",
    proves="The legs of each entry sum to zero in each currency.",
    sql="""
        SELECT 'entry ' || l.entry_id AS subject,
               CASE WHEN sum(l.amount) <> 0 THEN 'is off by ' || sum(l.amount) || ' ' || a.currency
               END AS fault
        FROM ledger_leg l JOIN ledger_account a ON a.id = l.account_id
        GROUP BY l.entry_id, a.currency
    """,
)

ENTRIES_AND_LEGS_BELONG_TOGETHER = Check(
    name="entries_and_legs_belong_together",
    proves="Each entry has legs, each leg its entry and account, and a company's leg stands in an "
    "entry of that company.",
    sql="""
        SELECT coalesce('entry ' || e.id, 'leg ' || l.id) AS subject,
               CASE WHEN l.id IS NULL THEN 'has no legs'
                    WHEN e.id IS NULL THEN 'has no entry'
                    WHEN a.id IS NULL THEN 'has a leg without an account'
                    WHEN a.company_id <> e.company_id
                         OR a.company_id IS NOT NULL AND e.company_id IS NULL
                    THEN 'moves an account of another company' END AS fault
        FROM ledger_entry e
        FULL JOIN ledger_leg l ON l.entry_id = e.id
        LEFT JOIN ledger_account a ON a.id = l.account_id
    """,
)

BALANCES_ARE_SUMS_OF_LEGS = Check(
    name="balances_are_sums_of_legs",
    proves="The stored balance of each company account is the sum of its legs.",
    sql="""
        SELECT 'account ' || a.id AS subject,
               CASE WHEN a.balance <> coalesce(l.total, 0)
                    THEN 'stores ' || a.balance || ', its legs sum to ' || coalesce(l.total, 0)
               END AS fault
        FROM ledger_account a
        LEFT JOIN (SELECT account_id, sum(amount) AS total FROM ledger_leg GROUP BY account_id) l
          ON l.account_id = a.id
        WHERE a.company_id IS NOT NULL
    """,
)

RUNNING_BALANCES = Check(
    name="running_balances",
    proves="The balance after each leg is the one before it plus its amount, and time never runs "
    "backwards along an account.",
    sql="""
        SELECT 'leg ' || id AS subject,
               CASE WHEN balance_after IS DISTINCT FROM running
                    THEN 'says ' || coalesce(balance_after::text, 'nothing')
                         || ' after it, the legs say ' || running
                    WHEN at < earlier THEN 'is of ' || at || ', after one of ' || earlier
               END AS fault
        FROM (
            SELECT l.id, l.balance_after, e.at,
                   sum(l.amount) OVER line AS running, lag(e.at) OVER line AS earlier
            FROM ledger_leg l
            JOIN ledger_account a ON a.id = l.account_id
            JOIN ledger_entry e ON e.id = l.entry_id
            WHERE a.company_id IS NOT NULL
            WINDOW line AS (PARTITION BY l.account_id ORDER BY l.id)
        ) AS chain
    """,
)

HELD_IS_THE_SUM_OF_ACTIVE_HOLDS = Check(
    name="held_is_the_sum_of_active_holds",
    proves="What an account has set aside is the sum of its active holds.",
    sql="""
        SELECT 'account ' || a.id AS subject,
               CASE WHEN a.held <> coalesce(h.total, 0)
                    THEN 'holds ' || a.held || ', its holds sum to ' || coalesce(h.total, 0)
               END AS fault
        FROM ledger_account a
        LEFT JOIN (SELECT account_id, sum(amount) AS total FROM ledger_hold
                   WHERE status = 'active' GROUP BY account_id) h ON h.account_id = a.id
    """,
)

SNAPSHOTS_AGREE_WITH_LEGS = Check(
    name="snapshots_agree_with_legs",
    proves="The latest kept balance of each of our own accounts is the sum of its legs so far.",
    sql="""
        SELECT 'snapshot of account ' || s.account_id AS subject,
               CASE WHEN s.balance <> sum(l.amount)
                    THEN 'says ' || s.balance || ', the legs say ' || sum(l.amount) END AS fault
        FROM (SELECT DISTINCT ON (account_id) account_id, through_leg, balance
              FROM ledger_balance_snapshot ORDER BY account_id, through_leg DESC) s
        JOIN ledger_leg l ON l.account_id = s.account_id AND l.id <= s.through_leg
        GROUP BY s.account_id, s.balance
    """,
)

ADJUSTMENTS_ARE_BOOKED_AS_DECIDED = Check(
    name="adjustments_are_booked_as_decided",
    proves="Each booked adjustment moved its amount, and no other entry calls itself one.",
    sql="""
        SELECT coalesce('adjustment ' || d.id, 'entry ' || e.id) AS subject,
               CASE WHEN d.id IS NULL THEN 'is an adjustment that nobody decided'
                    WHEN moved.total IS DISTINCT FROM d.amount
                    THEN 'is over ' || d.amount || ', its entry moved '
                         || coalesce(moved.total, 0) END AS fault
        FROM (SELECT * FROM ledger_adjustment WHERE status = 'booked') d
        FULL JOIN (SELECT * FROM ledger_entry WHERE key LIKE 'adjustment:%%') e
               ON e.id = d.entry_id
        LEFT JOIN LATERAL (
            SELECT sum(l.amount) AS total FROM ledger_leg l
            JOIN ledger_account a ON a.id = l.account_id
            WHERE l.entry_id = e.id AND a.kind = 'customer'
        ) moved ON true
    """,
)

CHECKS = (
    ENTRIES_SUM_TO_ZERO,
    ENTRIES_AND_LEGS_BELONG_TOGETHER,
    BALANCES_ARE_SUMS_OF_LEGS,
    RUNNING_BALANCES,
    HELD_IS_THE_SUM_OF_ACTIVE_HOLDS,
    SNAPSHOTS_AGREE_WITH_LEGS,
    ADJUSTMENTS_ARE_BOOKED_AS_DECIDED,
)
