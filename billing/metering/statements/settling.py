"""SQL: what becomes of the records that were not rated, and what a batch sets going."""

from __future__ import annotations

# What became of the leftovers: a conflict, or the code of the reject. All others are duplicates.
# LIMIT keeps the plan at one look into the index for each, however many keys there are.
LEFTOVERS = """
SELECT u.n, u.external_id, u.detail,
       CASE WHEN k.charge_id IS NULL THEN u.code ELSE 'conflict' END
FROM leftover l
JOIN usage_row u USING (n)
LEFT JOIN LATERAL (
    SELECT charge_id, content_hash FROM usage_key k
    WHERE k.source = u.source AND k.external_id = u.external_id LIMIT 1) k ON true
WHERE k.content_hash IS DISTINCT FROM u.content_hash
ORDER BY u.n
"""

_RECORD = """
       jsonb_strip_nulls(jsonb_build_object(
           'id', u.external_id, 'subject', u.subject, 'started_at', u.started_at,
           'quantity', u.quantity, 'meter', nullif(u.meter, ''), 'plmn', nullif(u.plmn, ''),
           'country', CASE WHEN u.plmn = '' THEN nullif(u.country, '') END,
           'session', nullif(u.session, ''), 'imei', nullif(u.imei, '')))
"""

# A reject for each identity; what came without an id goes by its content.
KEEP_REJECTS = f"""
INSERT INTO usage_reject AS r
    (source, identity, external_id, scope, company_id, code, detail, record, times, first_at,
     last_at)
SELECT DISTINCT ON (u.source, i.identity)
       u.source, i.identity, u.external_id, %(scope)s::uuid,
       coalesce(u.company_id, %(scope)s::uuid),
       u.code, coalesce(nullif(u.detail, ''), %(labels)s::jsonb ->> u.code),
       coalesce(u.raw, {_RECORD}), count(*) OVER (PARTITION BY u.source, i.identity),
       %(at)s::timestamptz, %(at)s::timestamptz
FROM usage_row u
CROSS JOIN LATERAL (
    SELECT CASE WHEN u.external_id = '' THEN '#' || u.content_hash ELSE u.external_id END
    AS identity) i
WHERE u.n = ANY (%(taken)s::integer[])
ORDER BY u.source, i.identity, u.n DESC
ON CONFLICT (source, identity) DO UPDATE
SET code = excluded.code, detail = excluded.detail, record = excluded.record,
    company_id = excluded.company_id, scope = excluded.scope, times = r.times + excluded.times,
    last_at = excluded.last_at, charge_id = NULL
"""  # noqa: S608 - the only text put in is a constant of ours

KEEP_CONFLICTS = f"""
INSERT INTO usage_conflict AS c
    (source, external_id, content_hash, company_id, charge_id, record, times, first_at, last_at)
SELECT DISTINCT ON (u.source, u.external_id, u.content_hash)
       u.source, u.external_id, u.content_hash, coalesce(u.company_id, %(scope)s::uuid),
       k.charge_id, coalesce(u.raw, {_RECORD}),
       count(*) OVER (PARTITION BY u.source, u.external_id, u.content_hash),
       %(at)s::timestamptz, %(at)s::timestamptz
FROM usage_row u
JOIN usage_key k ON (k.source, k.external_id) = (u.source, u.external_id)
WHERE u.n = ANY (%(taken)s::integer[])
ORDER BY u.source, u.external_id, u.content_hash, u.n
ON CONFLICT (source, external_id, content_hash) DO UPDATE
SET times = c.times + excluded.times, last_at = excluded.last_at
"""  # noqa: S608 - the only text put in is a constant of ours

# Rejects that were corrected: their id has been rated by this batch.
SETTLE_REJECTS = """
UPDATE usage_reject r SET charge_id = u.charge_id
FROM usage_row u
WHERE r.charge_id IS NULL AND r.source = u.source AND r.identity = u.external_id
  AND u.is_rateable AND NOT EXISTS (SELECT FROM leftover l WHERE l.n = u.n)
"""

# What became of the records of a batch.
KEEP_COUNTS = """
INSERT INTO usage_batch
    (id, source, at, received, accepted, duplicates, conflicts, rejected)
VALUES (%(id)s, %(source)s, %(at)s, %(received)s, %(accepted)s, %(duplicates)s, %(conflicts)s,
        %(rejected)s)
"""

# Subscriptions used for the first time, and a note of it at their keys.
FIRST_USAGE = """
WITH used AS (
    SELECT subscription_id, min(started_at) AS first
    FROM usage_row u
    WHERE is_rateable AND NOT is_used AND NOT EXISTS (SELECT FROM leftover l WHERE l.n = u.n)
    GROUP BY subscription_id
), noted AS (
    UPDATE subject_key k SET is_used = true FROM used
    WHERE k.subscription_id = used.subscription_id AND NOT k.is_used
)
UPDATE subscription s SET first_usage_at = used.first
FROM used WHERE s.id = used.subscription_id AND s.first_usage_at IS NULL
RETURNING s.id
"""

# Companies at or below their floor that have a running service drawing on the balance. Of a credit
# limit some services may pass a share.
AT_THE_FLOOR = """
SELECT a.company_id
FROM billing_profile f
JOIN ledger_account a
  ON a.company_id = f.company_id AND a.kind = 'customer' AND a.currency = f.currency
WHERE f.company_id = ANY (%(companies)s::uuid[])
  AND a.balance <= CASE f.billing_type WHEN 'prepaid' THEN f.minimum_balance
                                       ELSE -f.credit_limit END
  AND EXISTS (SELECT FROM subscription s JOIN plan p ON p.id = s.plan_id
              WHERE s.company_id = a.company_id AND s.status = 'active'
                AND p.kind IN ('paygo', 'metered')
                AND (NOT p.runs_past_limit OR f.billing_type = 'prepaid'
                     OR a.balance <= -f.credit_limit * (1 + %(excess_percent)s::numeric * 0.01)))
"""
