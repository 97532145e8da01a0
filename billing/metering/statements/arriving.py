"""SQL: the temporary tables of a batch, and records on their way into them."""

from __future__ import annotations

from billing.metering.calc import DEAREST_RECORD

TABLES = """
CREATE TEMPORARY TABLE IF NOT EXISTS arrival (
    n            integer,
    source       varchar(110) COLLATE "C",
    external_id  varchar(200) COLLATE "C",
    subject      varchar(128) COLLATE "C",
    started_at   timestamptz,
    quantity     bigint,
    meter        varchar(64),
    country      varchar(2),
    plmn         varchar(6) COLLATE "C",
    session      varchar(128) COLLATE "C",
    imei         varchar(20),
    content_hash uuid,
    code         varchar(16),
    detail       varchar(300),
    raw          jsonb
) ON COMMIT DELETE ROWS;
CREATE TEMPORARY TABLE IF NOT EXISTS usage_row (
    n               integer,
    charge_id       uuid,
    source          varchar(110) COLLATE "C",
    external_id     varchar(200) COLLATE "C",
    subject         varchar(128) COLLATE "C",
    started_at      timestamptz,
    quantity        bigint,
    meter           varchar(64),
    plmn            varchar(6),
    session         varchar(128) COLLATE "C",
    imei            varchar(20),
    content_hash    uuid,
    raw             jsonb,
    company_id      uuid,
    subscription_id uuid,
    version_id      uuid,
    meter_id        varchar(64),
    country         varchar(2),
    billed          bigint,
    has_allowance   boolean,
    is_used         boolean,
    price_id        uuid,
    per_base        numeric(60, 42),
    is_tiered       boolean,
    code            varchar(16),
    detail          varchar(300)
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
# The first thing that stands in the way of rating is its code.
RESOLVE = f"""
INSERT INTO usage_row
SELECT a.n, (%(prefix)s::text || lpad(to_hex(a.n), 6, '0'))::uuid,
       a.source, a.external_id, a.subject, a.started_at, a.quantity, a.meter, a.plmn, a.session,
       a.imei, a.content_hash, a.raw,
       k.company_id, k.subscription_id, k.version_id, m.meter_id, c.country, b.billed,
       v.included > 0 AND m.meter_id = p.meter_id, k.is_used,
       coalesce(own.price_id, general.price_id), coalesce(own.per_base, general.per_base),
       coalesce(own.is_tiered, general.is_tiered),
       CASE
           WHEN a.code <> '' THEN a.code
           WHEN k.subscription_id IS NULL THEN 'unknown_subject'
           WHEN c.country IS NULL THEN 'unknown_country'
           WHEN coalesce(own.is_blocked, general.is_blocked) THEN 'country_blocked'
           WHEN coalesce(own.price_id, general.price_id) IS NULL THEN 'no_price'
           WHEN b.billed * coalesce(own.per_base, general.per_base) > {DEAREST_RECORD}
               THEN 'invalid_quantity'
           ELSE ''
       END,
       a.detail
FROM arrival a
LEFT JOIN subject_key k
       ON a.code = '' AND k.key = a.subject AND k.valid_from <= a.started_at
      AND (k.valid_to IS NULL OR a.started_at < k.valid_to)
      AND (%(scope)s::uuid IS NULL OR k.company_id = %(scope)s::uuid)
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
"""  # noqa: S608 - the only text put in is a constant of ours

# What the batch needs beyond the usual, so that the usual batch does without.
SURVEY = """
SELECT count(*) FILTER (WHERE code = ''),
       coalesce(bool_or(has_allowance) FILTER (WHERE code = ''), false),
       coalesce(bool_or(is_tiered) FILTER (WHERE code = ''), false),
       coalesce(bool_or(session <> '') FILTER (WHERE code = ''), false),
       coalesce(bool_or(NOT is_used) FILTER (WHERE code = ''), false),
       min(started_at) FILTER (WHERE code = ''), max(started_at) FILTER (WHERE code = '')
FROM usage_row
"""

# Whether reservations have charged any of the sessions ahead.
HAS_COVERS = """
SELECT EXISTS (
    SELECT FROM usage_row u
    JOIN session_cover s ON s.subscription_id = u.subscription_id AND s.session = u.session
    WHERE u.code = '' AND u.session <> '')
"""

# Companies whose usage does not lie in one stored period that is still to be issued.
PERIODS_WANTED = """
SELECT company_id, first, last
FROM (SELECT company_id, min(started_at) AS first, max(started_at) AS last
      FROM usage_row WHERE code = '' GROUP BY company_id) s
WHERE NOT EXISTS (
    SELECT FROM billing_period b
    WHERE b.company_id = s.company_id AND b.starts_at <= s.first AND s.last < b.ends_at
      AND b.status <> 'issued')
ORDER BY company_id
"""

# The companies to be charged.
COMPANIES = "SELECT DISTINCT company_id FROM usage_row WHERE code = ''"

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
# plans get the share of the days between start and end, rounded down to the base unit.
ALLOWANCES_WANTED = """
INSERT INTO allowance (subscription_id, version_id, meter_id, period_id, included, used)
SELECT s.id, v.id, d.meter_id, b.id,
       CASE WHEN v.prorated THEN floor(v.included * share.days / whole.days) ELSE v.included END, 0
FROM (SELECT DISTINCT u.subscription_id, u.version_id, u.meter_id, b.id AS period_id
      FROM usage_row u
      JOIN billing_period b ON b.company_id = u.company_id
       AND b.starts_at <= u.started_at AND u.started_at < b.ends_at
      WHERE u.code = '' AND u.has_allowance) d
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
WHERE NOT EXISTS (
    SELECT FROM allowance a WHERE a.subscription_id = s.id AND a.version_id = v.id
       AND a.meter_id = d.meter_id AND a.period_id = b.id)
ON CONFLICT DO NOTHING
"""
