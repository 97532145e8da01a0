"""SQL: the temporary tables of a batch, and records on their way into them."""

from __future__ import annotations

from billing.metering.calc import DEAREST_RECORD

# Types without lengths: from lengths the planner would guess far too wide and too few rows.
TABLES = """
CREATE TEMPORARY TABLE IF NOT EXISTS arrival (
    n            integer,
    source       text COLLATE "C",
    external_id  text COLLATE "C",
    subject      text COLLATE "C",
    started_at   timestamptz,
    quantity     bigint,
    meter        text,
    country      text,
    plmn         text COLLATE "C",
    session      text COLLATE "C",
    imei         text,
    content_hash uuid,
    code         text,
    detail       text,
    raw          jsonb
) ON COMMIT DELETE ROWS;
CREATE TEMPORARY TABLE IF NOT EXISTS usage_row (
    n               integer,
    charge_id       uuid,
    source          text COLLATE "C",
    external_id     text COLLATE "C",
    subject         text COLLATE "C",
    started_at      timestamptz,
    quantity        bigint,
    meter           text,
    plmn            text,
    session         text COLLATE "C",
    imei            text,
    content_hash    uuid,
    raw             jsonb,
    company_id      uuid,
    subscription_id uuid,
    version_id      uuid,
    meter_id        text,
    country         text,
    billed          bigint,
    is_rateable     boolean,
    has_allowance   boolean,
    is_used         boolean,
    price_id        uuid,
    per_base        numeric,
    is_tiered       boolean,
    code            text,
    detail          text,
    is_foreign      boolean,
    factor          numeric,
    exchange_rate_id uuid
) ON COMMIT DELETE ROWS;
CREATE TEMPORARY TABLE IF NOT EXISTS leftover (n integer) ON COMMIT DELETE ROWS
"""

CLEAR = "DELETE FROM arrival; DELETE FROM usage_row; DELETE FROM leftover"

COLUMNS = (
    "source, external_id, subject, started_at, quantity, meter, country, plmn, session, imei, "
    "content_hash, code, detail, raw"
)

FILL = f"COPY arrival (n, {COLUMNS}) FROM STDIN"

# The key of the record → what held at the time of use: subscription, company, plan version. The
# PLMN → its country, by network or else by MCC. The price → the country's, else the default.
# The first thing that stands in the way of rating is its code. LIMIT keeps the plan at one look
# into the index for each record, however many keys there are; OFFSET 0 lets it work out the code
# once.
RESOLVE = f"""
INSERT INTO usage_row
SELECT n, (%(prefix)s::text || lpad(to_hex(n), 6, '0'))::uuid, source, external_id, subject,
       started_at, quantity, meter, plmn, session, imei, content_hash, raw, company_id,
       subscription_id, version_id, meter_id, country, billed, code = '', has_allowance, is_used,
       price_id, per_base, is_tiered, code, detail, is_foreign
FROM (
    SELECT a.n, a.source, a.external_id, a.subject, a.started_at, a.quantity, a.meter, a.plmn,
           a.session, a.imei, a.content_hash, a.raw, a.detail, k.company_id, k.subscription_id,
           k.version_id, m.meter_id, c.country, b.billed, k.is_used,
           k.is_foreign,
           v.included > 0 AND m.meter_id = p.meter_id AS has_allowance,
           coalesce(own.price_id, general.price_id) AS price_id,
           coalesce(own.per_base, general.per_base) AS per_base,
           coalesce(own.is_tiered, general.is_tiered) AS is_tiered,
           CASE
               WHEN a.code <> '' THEN a.code
               WHEN k.subscription_id IS NULL THEN 'unknown_subject'
               WHEN c.country IS NULL THEN 'unknown_country'
               WHEN coalesce(own.is_blocked, general.is_blocked) THEN 'country_blocked'
               WHEN coalesce(own.price_id, general.price_id) IS NULL THEN 'no_price'
               WHEN b.billed * coalesce(own.per_base, general.per_base) > {DEAREST_RECORD}
                   THEN 'invalid_quantity'
               ELSE ''
           END AS code
    FROM arrival a
    LEFT JOIN LATERAL (
        SELECT * FROM subject_key k
        WHERE a.code = '' AND k.key = a.subject AND k.valid_from <= a.started_at
          AND (k.valid_to IS NULL OR a.started_at < k.valid_to)
          AND (%(scope)s::uuid IS NULL OR k.company_id = %(scope)s::uuid)
        LIMIT 1) k ON true
    LEFT JOIN plan_version v ON v.id = k.version_id
    LEFT JOIN plan p ON p.id = v.plan_id
    CROSS JOIN LATERAL (
        SELECT CASE WHEN a.meter = '' THEN p.meter_id ELSE a.meter END AS meter_id) m
    CROSS JOIN LATERAL (
        SELECT CASE WHEN a.plmn = '' THEN a.country ELSE coalesce(
            (SELECT country FROM plmn_country WHERE plmn = a.plmn),
            (SELECT country FROM plmn_country WHERE plmn = left(a.plmn, 3))) END AS country) c
    CROSS JOIN LATERAL (
        SELECT CASE WHEN v.increment_base = 1 OR m.meter_id <> p.meter_id THEN a.quantity
                    ELSE (a.quantity + v.increment_base - 1) / v.increment_base * v.increment_base
               END AS billed) b
    LEFT JOIN price_rate own
           ON own.version_id = k.version_id AND own.meter_id = m.meter_id
          AND own.country = c.country AND c.country <> ''
    LEFT JOIN price_rate general
           ON general.version_id = k.version_id AND general.meter_id = m.meter_id
          AND general.country = ''
    OFFSET 0) resolved
"""  # noqa: S608 - the only text put in is a constant of ours

# The companies to be charged, what their records need beyond the usual, and whether they lie in
# one stored period that is still to be issued.
SURVEY = """
SELECT company_id, has_allowances, has_tiers, has_sessions, has_first_usage, has_foreign, first,
       last,
       NOT EXISTS (
           SELECT FROM billing_period b
           WHERE b.company_id = s.company_id AND b.starts_at <= s.first AND s.last < b.ends_at
             AND b.status <> 'issued') AS wants_periods
FROM (SELECT company_id, bool_or(has_allowance) AS has_allowances,
             bool_or(is_tiered) AS has_tiers, bool_or(session <> '') AS has_sessions,
             bool_or(NOT is_used) AS has_first_usage,
             bool_or(is_foreign) AS has_foreign,
             min(started_at) AS first, max(started_at) AS last
      FROM usage_row WHERE is_rateable GROUP BY company_id) s
"""

# Whether reservations have charged any of the sessions ahead.
HAS_COVERS = """
SELECT EXISTS (
    SELECT FROM usage_row u
    JOIN session_cover s ON s.subscription_id = u.subscription_id AND s.session = u.session
    WHERE u.is_rateable AND u.session <> '')
"""

# A company's customer account is the lock of all that is counted for it: its balance, allowances,
# tiers, totals and periods. A statement of its own: what follows takes its snapshot afterwards.
LOCK = """
SELECT a.id
FROM ledger_account a
JOIN billing_profile f USING (company_id)
WHERE a.company_id = ANY (%(companies)s::uuid[]) AND a.kind = 'customer'
  AND a.currency = f.currency
ORDER BY a.id
FOR NO KEY UPDATE OF a
"""

# An allowance for each subscription, version, meter and period of use that has none yet; prorated
# plans get the share of the days between start and end, rounded down to the base unit. A look into
# the index for each record again, not NOT EXISTS, which might read the whole table.
ALLOWANCES_WANTED = """
INSERT INTO allowance (subscription_id, version_id, meter_id, period_id, included, used)
SELECT s.id, v.id, d.meter_id, b.id,
       CASE WHEN v.prorated THEN floor(v.included * share.days / whole.days) ELSE v.included END, 0
FROM (SELECT DISTINCT u.subscription_id, u.version_id, u.meter_id, b.id AS period_id
      FROM usage_row u
      JOIN billing_period b ON b.company_id = u.company_id
       AND b.starts_at <= u.started_at AND u.started_at < b.ends_at
      WHERE u.is_rateable AND u.has_allowance
        AND (SELECT true FROM allowance a
             WHERE a.subscription_id = u.subscription_id AND a.period_id = b.id
               AND a.version_id = u.version_id AND a.meter_id = u.meter_id LIMIT 1) IS NULL) d
JOIN subscription s ON s.id = d.subscription_id
JOIN company c ON c.id = s.company_id
JOIN plan_version v ON v.id = d.version_id
JOIN billing_period b ON b.id = d.period_id
CROSS JOIN LATERAL (
    SELECT greatest(b.starts_at, min(k.valid_from)) AS first,
           least(b.ends_at, max(coalesce(k.valid_to, b.ends_at))) AS last
    FROM subject_key k WHERE k.subscription_id = s.id AND k.version_id = v.id) term
CROSS JOIN LATERAL (
    SELECT local_days(term.first, term.last, c.timezone) AS days) share
CROSS JOIN LATERAL (SELECT local_days(b.starts_at, b.ends_at, c.timezone) AS days) whole
ON CONFLICT DO NOTHING
"""
