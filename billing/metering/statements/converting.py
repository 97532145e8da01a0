"""SQL: prices of a batch that are in another currency than the account they are charged to."""

from __future__ import annotations

from billing.metering.calc import DEAREST_RECORD

# From which currency into which, in which billing periods.
WANTED = """
SELECT DISTINCT p.currency, f.currency, b.starts_at, b.ends_at
FROM usage_row u
JOIN plan_version v ON v.id = u.version_id
JOIN plan p ON p.id = v.plan_id
JOIN billing_profile f ON f.company_id = u.company_id
JOIN billing_period b ON b.company_id = u.company_id
 AND b.starts_at <= u.started_at AND u.started_at < b.ends_at
WHERE u.is_rateable AND u.is_foreign AND p.currency <> f.currency
ORDER BY 1, 2, 3, 4
"""

# The price that is given in the account's currency, or else the price by the period's rate. Without
# either the record is a reject.
CONVERT = f"""
UPDATE usage_row u
SET price_id = c.price_id, per_base = c.per_base, is_tiered = c.is_tiered, factor = c.factor,
    exchange_rate_id = c.exchange_rate_id, code = c.code, is_rateable = c.code = ''
FROM (
    SELECT n, price_id, per_base, is_tiered, factor, exchange_rate_id,
           CASE WHEN per_base IS NULL THEN 'no_rate'
                WHEN billed * per_base > {DEAREST_RECORD} THEN 'invalid_quantity'
                ELSE '' END AS code
    FROM (
        SELECT u.n, u.billed, coalesce(g.id, u.price_id) AS price_id,
               coalesce(g.per_base, u.per_base * r.units_per_base) AS per_base,
               CASE WHEN g.id IS NULL THEN u.is_tiered ELSE g.tier_mode <> 'flat' END AS is_tiered,
               CASE WHEN g.id IS NULL THEN r.units_per_base END AS factor,
               CASE WHEN g.id IS NULL THEN r.id END AS exchange_rate_id
        FROM usage_row u
        JOIN plan_version v ON v.id = u.version_id
        JOIN plan p ON p.id = v.plan_id
        JOIN billing_profile f ON f.company_id = u.company_id
        LEFT JOIN billing_period b ON b.company_id = u.company_id
         AND b.starts_at <= u.started_at AND u.started_at < b.ends_at
        LEFT JOIN price g ON g.given_for_id = u.price_id AND g.currency = f.currency
        LEFT JOIN unnest(%(bases)s::text[], %(currencies)s::text[], %(starts)s::timestamptz[],
                         %(rates)s::uuid[], %(units)s::numeric[])
             AS r(base, currency, starts_at, id, units_per_base)
               ON r.base = p.currency AND r.currency = f.currency AND r.starts_at = b.starts_at
        WHERE u.is_rateable AND u.is_foreign AND p.currency <> f.currency) worth) c
WHERE u.n = c.n
"""  # noqa: S608 - the only text put in is a constant of ours
