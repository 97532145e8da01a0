"""SQL: charges that are not usage. They share identities, totals and entries with it."""

from __future__ import annotations

from billing.metering.calc import INTERNAL
from billing.metering.statements.booking import BOOKED_WITH_LABELS, CHARGE_COLUMNS

# Fees, reservations and charges of a company itself, given column by column → charges. Their
# identity is taken as a record's is, so that a fee falls due once for a subscription and a period
# whatever runs twice. Amounts without a tax of their own are taxed.
CHARGE_FEES = f"""
WITH fee AS MATERIALIZED (
    SELECT n, (%(prefix)s::text || lpad(to_hex(n), 6, '0'))::uuid AS charge_id, kind,
           '{INTERNAL}' || kind AS source, external_id, company_id, subscription_id, version_id,
           subject, session, label, started_at, amount, tax, md5(external_id)::uuid AS content_hash
    FROM unnest(%(kinds)s::text[], %(external_ids)s::text[], %(company_ids)s::uuid[],
                %(subscription_ids)s::uuid[], %(version_ids)s::uuid[], %(subjects)s::text[],
                %(sessions)s::text[], %(labels)s::text[], %(started_ats)s::timestamptz[],
                %(amounts)s::numeric[], %(taxes)s::numeric[])
         WITH ORDINALITY AS given(kind, external_id, company_id, subscription_id, version_id,
                                  subject, session, label, started_at, amount, tax, n)
), keyed AS (
    INSERT INTO usage_key (source, external_id, content_hash, charge_id)
    SELECT source, external_id, content_hash, charge_id FROM fee ORDER BY n
    ON CONFLICT (source, external_id) DO NOTHING
    RETURNING charge_id
), payer AS MATERIALIZED (
    SELECT f.company_id, f.currency,
           coalesce(f.tax_percent, %(tax_percent)s::numeric) AS tax_percent, c.timezone,
           (%(entry_prefix)s::text || lpad(to_hex(row_number() OVER ()), 6, '0'))::uuid AS entry_id
    FROM (SELECT DISTINCT company_id FROM fee) d
    JOIN billing_profile f USING (company_id)
    JOIN company c ON c.id = f.company_id
), charged AS (
    INSERT INTO charge ({CHARGE_COLUMNS}, label)
    SELECT e.charge_id, e.kind, e.company_id, e.subscription_id, e.version_id,
           CASE WHEN b.status <> 'issued' THEN b.id ELSE (
               SELECT o.id FROM billing_period o
               WHERE o.company_id = e.company_id AND o.starts_at >= b.ends_at
                 AND o.status <> 'issued'
               ORDER BY o.starts_at LIMIT 1) END,
           b.id, p.entry_id, e.source, e.external_id, e.subject, NULL, '', e.session, e.started_at,
           %(at)s::timestamptz, 1, 1, NULL, 0, NULL, NULL, e.amount, NULL, p.tax_percent,
           coalesce(e.tax, round_half_even(e.amount * p.tax_percent * 0.01, 12)),
           %(features_id)s::bigint, NULL, e.label
    FROM fee e
    JOIN keyed USING (charge_id)
    JOIN payer p USING (company_id)
    LEFT JOIN billing_period b ON b.company_id = e.company_id
     AND b.starts_at <= e.started_at AND e.started_at < b.ends_at
    ORDER BY e.n
    RETURNING company_id, period_id, use_period_id, kind, version_id, meter_id, country, price_id,
              tax_percent, label, started_at, quantity, from_allowance, amount, tax
), {BOOKED_WITH_LABELS}
SELECT count(*) FROM charged
"""  # noqa: S608 - the only text put in are constants of ours
