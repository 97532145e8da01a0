"""SQL: charges taken back and rated anew."""

from __future__ import annotations

from billing.metering.statements.booking import BOOKED, BOOKED_WITH_LABELS, CHARGE_COLUMNS
from billing.metering.statements.charging import PRICED_FEES
from billing.metering.statements.rating import PAYER

# Charges that stand for their record now → arrivals in their first order. `n` is also how the old
# charge is found again.
_TAKEN = """
INSERT INTO arrival (n, source, external_id, subject, started_at, quantity, meter, country, plmn,
                     session, imei, content_hash, code, detail)
SELECT row_number() OVER (ORDER BY c.id), c.source, c.external_id, c.subject, c.started_at,
       c.quantity, c.meter_id, c.country, '', c.session, '', k.content_hash, '', ''
FROM charge c
JOIN usage_key k
  ON (k.source, k.external_id) = (c.source, c.external_id) AND k.charge_id = c.id
"""

# Of a company or a source, by time of use.
TAKE = f"""{_TAKEN}
WHERE c.kind = 'usage' AND c.reverses IS NULL
  AND (%(company)s::uuid IS NULL OR c.company_id = %(company)s::uuid)
  AND (%(source)s::text IS NULL OR c.source = %(source)s::text)
  AND c.started_at >= %(first)s::timestamptz AND c.started_at < %(last)s::timestamptz
"""

# Of each of some companies, from an instant to another.
TAKE_STRETCHES = f"""{_TAKEN}
JOIN unnest(%(companies)s::uuid[], %(firsts)s::timestamptz[], %(lasts)s::timestamptz[])
     AS s(company_id, first, last) ON s.company_id = c.company_id
WHERE c.kind = 'usage' AND c.reverses IS NULL AND c.started_at >= s.first AND c.started_at < s.last
"""

# Companies that are charged now, and those that will be.
COMPANIES = """
SELECT company_id FROM usage_row WHERE is_rateable
UNION
SELECT c.company_id FROM usage_row u
JOIN usage_key k ON (k.source, k.external_id) = (u.source, u.external_id)
JOIN charge c ON c.id = k.charge_id
WHERE u.is_rateable
"""

# What cannot be rated any more keeps its charge, and so does what somebody else has rated anew.
KEEP = "DELETE FROM usage_row WHERE NOT is_rateable"

# The reversals of the present charges; allowances, tiers and reservations get back what those had
# taken. The
# reversal of a charge whose period was issued is charged in the next one that was not.
REVERSE = f"""
WITH old AS MATERIALIZED (
    SELECT c.*, u.n,
           (%(reversal_prefix)s::text || lpad(to_hex(u.n), 6, '0'))::uuid AS reversal_id
    FROM usage_row u
    JOIN usage_key k ON (k.source, k.external_id) = (u.source, u.external_id)
    JOIN charge c ON c.id = k.charge_id
), payer AS MATERIALIZED (
    SELECT f.company_id, f.currency, c.timezone,
           (%(entry_prefix)s::text || lpad(to_hex(row_number() OVER ()), 6, '0'))::uuid AS entry_id
    FROM (SELECT DISTINCT company_id FROM old) d
    JOIN billing_profile f USING (company_id)
    JOIN company c ON c.id = f.company_id
), allowances AS (
    UPDATE allowance a SET used = a.used - o.taken
    FROM (SELECT subscription_id, version_id, meter_id, use_period_id, sum(from_allowance) AS taken
          FROM old WHERE from_allowance <> 0 GROUP BY 1, 2, 3, 4) o
    WHERE a.subscription_id = o.subscription_id AND a.version_id = o.version_id
      AND a.meter_id = o.meter_id AND a.period_id = o.use_period_id
), tiers AS (
    UPDATE tier_use t SET used = t.used - o.billable
    FROM (SELECT subscription_id, price_id, use_period_id,
                 sum(billed - coalesce(covered, 0) - from_allowance) AS billable
          FROM old GROUP BY 1, 2, 3) o
    WHERE t.subscription_id = o.subscription_id AND t.price_id = o.price_id
      AND t.period_id = o.use_period_id
), covers AS (
    UPDATE session_cover s SET quantity = s.quantity + o.quantity, amount = s.amount + o.amount
    FROM (SELECT subscription_id, session, meter, sum(back.quantity) AS quantity,
                 sum(back.amount) AS amount
          FROM old CROSS JOIN LATERAL (
              VALUES (meter_id, coalesce(covered, 0), 0), ('', 0, coalesce(prepaid, 0)))
              AS back(meter, quantity, amount)
          WHERE session <> '' GROUP BY 1, 2, 3) o
    WHERE s.subscription_id = o.subscription_id AND s.session = o.session AND s.meter = o.meter
      AND (o.quantity > 0 OR o.amount > 0)
), charged AS (
    INSERT INTO charge ({CHARGE_COLUMNS})
    SELECT o.reversal_id, o.kind, o.company_id, o.subscription_id, o.version_id,
           CASE WHEN b.status <> 'issued' THEN b.id ELSE (
               SELECT n.id FROM billing_period n
               WHERE n.company_id = o.company_id AND n.starts_at >= b.ends_at
                 AND n.status <> 'issued'
               ORDER BY n.starts_at LIMIT 1) END,
           o.use_period_id, p.entry_id, o.source, o.external_id, o.subject, o.meter_id, o.country,
           o.session, o.started_at, %(at)s::timestamptz, -o.quantity, -o.billed, -o.covered,
           -o.from_allowance, o.price_id, o.unit_price, -o.amount, -o.prepaid, o.tax_percent,
           -o.tax, o.features_id, o.id, o.tax_terms_id, o.exchange_rate_id
    FROM old o
    JOIN payer p USING (company_id)
    JOIN billing_period b ON b.id = o.period_id
    ORDER BY o.n
    RETURNING company_id, period_id, use_period_id, kind, version_id, meter_id, country, price_id,
              tax_percent, tax_terms_id, exchange_rate_id, started_at, quantity, from_allowance,
              amount, tax
), {BOOKED}
SELECT count(*), coalesce(-sum(amount), 0), coalesce(-sum(tax), 0) FROM charged
"""  # noqa: S608 - the only text put in are constants of ours

# The identities stand for the new charges.
KEYED = """
keyed AS (
    UPDATE usage_key k SET charge_id = u.charge_id
    FROM usage_row u
    WHERE (k.source, k.external_id) = (u.source, u.external_id)
    RETURNING k.charge_id
)"""

SUM_OF_CHARGES = """
SELECT coalesce(sum(amount), 0), coalesce(sum(tax), 0) FROM charge
WHERE id >= (%(prefix)s::text || '000000')::uuid AND id <= (%(prefix)s::text || 'ffffff')::uuid
"""

# Fees that are taxed otherwise now: reversed and charged anew, their price as it was. What was
# reserved as an amount includes its tax and stays.
RETAX = f"""
WITH {PAYER}, old AS MATERIALIZED (
    SELECT c.*, row_number() OVER (ORDER BY c.id) AS n, p.entry_id AS new_entry_id,
           now.tax_percent AS new_percent, now.tax_terms_id AS new_terms,
           now.features_id AS new_features,
           now.includes_tax AND c.kind IN {PRICED_FEES} AS includes_tax,
           CASE WHEN t.includes_tax AND c.kind IN {PRICED_FEES} THEN c.amount + c.tax
                ELSE c.amount END AS price,
           CASE WHEN b.status <> 'issued' THEN b.id ELSE (
               SELECT o.id FROM billing_period o
               WHERE o.company_id = c.company_id AND o.starts_at >= b.ends_at
                 AND o.status <> 'issued'
               ORDER BY o.starts_at LIMIT 1) END AS open_id
    FROM unnest(%(companies)s::uuid[], %(firsts)s::timestamptz[], %(lasts)s::timestamptz[])
         AS s(company_id, first, last)
    JOIN charge c ON c.company_id = s.company_id
     AND c.started_at >= s.first AND c.started_at < s.last
    JOIN usage_key k
      ON (k.source, k.external_id) = (c.source, c.external_id) AND k.charge_id = c.id
    JOIN billing_period b ON b.id = c.period_id
    JOIN payer p ON p.company_id = c.company_id
    LEFT JOIN tax_terms t ON t.id = c.tax_terms_id
    CROSS JOIN LATERAL (SELECT 1 + width_bucket(c.started_at, p.bounds) AS n) h
    CROSS JOIN LATERAL (
        SELECT p.tax_percents[h.n] AS tax_percent, p.tax_terms[h.n] AS tax_terms_id,
               p.includes_taxes[h.n] AS includes_tax, p.features[h.n] AS features_id) now
    WHERE c.kind NOT IN ('usage', 'reservation') AND c.reverses IS NULL
      AND (c.tax_percent <> now.tax_percent
           OR coalesce(c.tax_terms_id, now.tax_terms_id) <> now.tax_terms_id)
), anew AS MATERIALIZED (
    SELECT o.*, CASE WHEN o.includes_tax THEN net_of(o.price, o.new_percent) ELSE o.price END
           AS new_net
    FROM old o
), fee AS MATERIALIZED (
    SELECT o.*, (%(reversal_prefix)s::text || lpad(to_hex(n), 6, '0'))::uuid AS row_id, -1 AS sign,
           o.amount AS net, o.tax_percent AS percent, o.tax AS due_tax,
           o.tax_terms_id AS by_terms, o.features_id AS by_features, o.id AS undoes
    FROM anew o
    UNION ALL
    SELECT o.*, (%(prefix)s::text || lpad(to_hex(n), 6, '0'))::uuid, 1, o.new_net, o.new_percent,
           CASE WHEN o.includes_tax THEN o.price - o.new_net
                ELSE round_half_even(o.new_net * o.new_percent * 0.01, 12) END,
           o.new_terms, o.new_features, NULL
    FROM anew o
), keyed AS (
    UPDATE usage_key k SET charge_id = f.row_id FROM fee f
    WHERE f.sign = 1 AND (k.source, k.external_id) = (f.source, f.external_id)
), charged AS (
    INSERT INTO charge ({CHARGE_COLUMNS}, label)
    SELECT f.row_id, f.kind, f.company_id, f.subscription_id, f.version_id, f.open_id,
           f.use_period_id, f.new_entry_id, f.source, f.external_id, f.subject, f.meter_id,
           f.country, f.session, f.started_at, %(at)s::timestamptz, f.sign * f.quantity,
           f.sign * f.billed, f.sign * f.covered, f.sign * f.from_allowance, f.price_id,
           f.unit_price, f.sign * f.net, f.sign * f.prepaid, f.percent,
           f.sign * f.due_tax, f.by_features, f.undoes, f.by_terms, f.exchange_rate_id, f.label
    FROM fee f
    ORDER BY f.sign, f.n
    RETURNING company_id, period_id, use_period_id, kind, version_id, meter_id, country, price_id,
              tax_percent, tax_terms_id, exchange_rate_id, label, started_at, quantity,
              from_allowance, amount, tax
), {BOOKED_WITH_LABELS}
SELECT count(*) FROM charged
"""  # noqa: S608 - the only text put in are constants of ours
