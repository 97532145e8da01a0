"""The SQL that opens automatic recharges: one statement each, over many companies.

State, not crossing: at or below the threshold with no open recharge → open one.
"""

from __future__ import annotations

# In: companies (uuid[]). Out: those whose rule is on and whose balance is at or below the
# threshold, holds not counted.
AT_THRESHOLD = """
SELECT rule.company_id
FROM recharge_rule rule
JOIN billing_profile profile ON profile.company_id = rule.company_id
JOIN ledger_account account ON account.company_id = rule.company_id
    AND account.kind = 'customer' AND account.currency = profile.currency
WHERE rule.company_id = ANY(%(companies)s)
    AND rule.enabled AND account.balance <= rule.threshold
"""

# In: after (a company), count. Out: the next companies with a rule that is on and a balance at or
# below its threshold and either not told of it, or without an open recharge.
NEXT_AT_THRESHOLD = """
SELECT rule.company_id
FROM recharge_rule rule
JOIN billing_profile profile ON profile.company_id = rule.company_id
JOIN ledger_account account ON account.company_id = rule.company_id
    AND account.kind = 'customer' AND account.currency = profile.currency
WHERE rule.company_id > %(after)s
    AND rule.enabled AND account.balance <= rule.threshold
    AND (rule.threshold_told_at IS NULL OR NOT EXISTS (
        SELECT FROM recharge
        WHERE recharge.company_id = rule.company_id AND recharge.trigger = 'auto'
            AND recharge.status IN ('pending', 'charging', 'retry_scheduled')
    ))
ORDER BY rule.company_id
LIMIT %(count)s
"""

# In: companies, at. Marks the crossing as told; out: those that were not told before, with their
# figures. Rules are locked in the order of their keys, so that two batches never wait in a circle.
TELL_CROSSING = """
WITH untold AS (
    SELECT rule.company_id, account.balance, rule.threshold, profile.currency
    FROM recharge_rule rule
    JOIN billing_profile profile ON profile.company_id = rule.company_id
    JOIN ledger_account account ON account.company_id = rule.company_id
        AND account.kind = 'customer' AND account.currency = profile.currency
    WHERE rule.company_id = ANY(%(companies)s) AND rule.threshold_told_at IS NULL
    ORDER BY rule.company_id
    FOR NO KEY UPDATE OF rule
)
UPDATE recharge_rule rule
SET threshold_told_at = %(at)s
FROM untold
WHERE rule.company_id = untold.company_id
RETURNING untold.company_id, untold.balance, untold.threshold, untold.currency
"""

# Balances that are above their threshold again will be told of the next crossing.
FORGET_CROSSING = """
WITH recovered AS (
    SELECT rule.company_id
    FROM recharge_rule rule
    JOIN billing_profile profile ON profile.company_id = rule.company_id
    JOIN ledger_account account ON account.company_id = rule.company_id
        AND account.kind = 'customer' AND account.currency = profile.currency
    WHERE rule.threshold_told_at IS NOT NULL AND account.balance > rule.threshold
    FOR NO KEY UPDATE OF rule SKIP LOCKED
)
UPDATE recharge_rule rule
SET threshold_told_at = NULL
FROM recovered
WHERE rule.company_id = recovered.company_id
"""

# In: ids, companies and minimums (of the same length; those bind prepaid customers), at, per_day.
# Opens one recharge for each company whose rule allows it: not paused, fewer than N in the last
# 24 hours, and the month's cap not used up. Out: what was opened. The unique index
# one_open_recharge_per_account decides between two that open at once.
OPEN = """
WITH candidate AS (
    SELECT given.id, rule.company_id, rule.threshold, rule.recharge_to, rule.monthly_cap,
           account.balance, profile.currency, profile.billing_type, company.timezone, given.minimum
    FROM unnest(%(ids)s::uuid[], %(companies)s::uuid[], %(minimums)s::numeric[])
        AS given (id, company_id, minimum)
    JOIN company ON company.id = given.company_id AND company.status <> 'closed'
    JOIN recharge_rule rule ON rule.company_id = given.company_id
    JOIN billing_profile profile ON profile.company_id = given.company_id
    JOIN ledger_account account ON account.company_id = given.company_id
        AND account.kind = 'customer' AND account.currency = profile.currency
    WHERE rule.enabled AND rule.paused_at IS NULL AND account.balance <= rule.threshold
        AND (
            SELECT count(*) FROM recharge
            WHERE recharge.company_id = rule.company_id AND recharge.trigger = 'auto'
                AND recharge.created_at > %(at)s::timestamptz - interval '24 hours'
        ) < coalesce(rule.max_per_day, %(per_day)s)
), affordable AS (
    SELECT * FROM candidate
    WHERE monthly_cap IS NULL OR monthly_cap - (
        SELECT coalesce(sum(recharge.amount), 0) FROM recharge
        WHERE recharge.company_id = candidate.company_id AND recharge.trigger = 'auto'
            AND recharge.status = 'succeeded'
            AND recharge.ended_at >= date_trunc(
                'month', %(at)s::timestamptz AT TIME ZONE candidate.timezone
            ) AT TIME ZONE candidate.timezone
    ) >= CASE WHEN billing_type = 'prepaid' THEN greatest(minimum, 0.001) ELSE 0.001 END
)
INSERT INTO recharge
    (id, company_id, trigger, status, amount, amount_currency, attempt, tries,
     next_attempt_at, failure_code, threshold, recharge_to, note, key, by, created_at)
SELECT id, company_id, 'auto', 'pending', recharge_to - balance, currency, 0, 0, %(at)s,
       '', threshold, recharge_to, '', 'auto:' || id, 'system', %(at)s
FROM affordable
ORDER BY company_id
ON CONFLICT (company_id)
    WHERE trigger = 'auto' AND status IN ('pending', 'charging', 'retry_scheduled')
    DO NOTHING
RETURNING id
"""

# In: after. Out: the next instant at which a recharge is attempted, or may be opened that a limit
# forbids now: 24 hours after an earlier one, or when a company's month begins.
NEXT_DUE = """
WITH low AS (
    SELECT rule.company_id, rule.monthly_cap, company.timezone
    FROM recharge_rule rule
    JOIN company ON company.id = rule.company_id
    JOIN billing_profile profile ON profile.company_id = rule.company_id
    JOIN ledger_account account ON account.company_id = rule.company_id
        AND account.kind = 'customer' AND account.currency = profile.currency
    WHERE rule.enabled AND rule.paused_at IS NULL AND account.balance <= rule.threshold
)
SELECT min(due) FROM (
    SELECT next_attempt_at AS due FROM recharge
    WHERE status IN ('pending', 'retry_scheduled')
    UNION ALL
    SELECT recharge.created_at + interval '24 hours'
    FROM low JOIN recharge ON recharge.company_id = low.company_id
    WHERE recharge.trigger = 'auto'
        AND recharge.created_at > %(after)s::timestamptz - interval '24 hours'
    UNION ALL
    SELECT (date_trunc('month', %(after)s::timestamptz AT TIME ZONE timezone)
        + interval '1 month') AT TIME ZONE timezone
    FROM low WHERE monthly_cap IS NOT NULL
) AS instant
WHERE due > %(after)s
"""
