"""SQL: charges that are not usage. They share identities, totals and entries with it."""

from __future__ import annotations

from billing.metering.calc import INTERNAL
from billing.metering.statements.booking import BOOKED_WITH_LABELS, CHARGE_COLUMNS
from billing.metering.statements.rating import PAYER

# Fees whose amounts come from a price list (`PRICED_KINDS`).
PRICED_FEES = "('monthly_fee', 'activation_fee')"

# Fees, reservations and charges of a company itself, given column by column → charges. Their
# identity is taken as a record's is, so that a fee falls due once for a subscription and a period
# whatever runs twice. Amounts without a tax of their own are taxed as of their time.
CHARGE_FEES = f"""
WITH fee AS MATERIALIZED (
    SELECT n, (%(prefix)s::text || lpad(to_hex(n), 6, '0'))::uuid AS charge_id, kind,
           '{INTERNAL}' || kind AS source, external_id, company_id, subscription_id, version_id,
           subject, session, label, started_at, amount, tax, exchange_rate_id,
           md5(external_id)::uuid AS content_hash
    FROM unnest(%(kinds)s::text[], %(external_ids)s::text[], %(company_ids)s::uuid[],
                %(subscription_ids)s::uuid[], %(version_ids)s::uuid[], %(subjects)s::text[],
                %(sessions)s::text[], %(labels)s::text[], %(started_ats)s::timestamptz[],
                %(amounts)s::numeric[], %(taxes)s::numeric[], %(exchange_rates)s::uuid[])
         WITH ORDINALITY AS given(kind, external_id, company_id, subscription_id, version_id,
                                  subject, session, label, started_at, amount, tax,
                                  exchange_rate_id, n)
), keyed AS (
    INSERT INTO usage_key (source, external_id, content_hash, charge_id)
    SELECT source, external_id, content_hash, charge_id FROM fee ORDER BY n
    ON CONFLICT (source, external_id) DO NOTHING
    RETURNING charge_id
), {PAYER}, taxed AS MATERIALIZED (
    SELECT e.*, p.entry_id, p.tax_percents[h.n] AS tax_percent, p.tax_terms[h.n] AS tax_terms_id,
           CASE WHEN p.includes_taxes[h.n] AND e.kind IN {PRICED_FEES}
                THEN net_of(e.amount, p.tax_percents[h.n]) ELSE e.amount END AS net,
           p.includes_taxes[h.n] AND e.kind IN {PRICED_FEES} AS includes_tax
    FROM fee e
    JOIN keyed USING (charge_id)
    JOIN payer p USING (company_id)
    CROSS JOIN LATERAL (SELECT 1 + width_bucket(e.started_at, p.bounds) AS n) h
), charged AS (
    INSERT INTO charge ({CHARGE_COLUMNS}, label)
    SELECT e.charge_id, e.kind, e.company_id, e.subscription_id, e.version_id,
           CASE WHEN b.status <> 'issued' THEN b.id ELSE (
               SELECT o.id FROM billing_period o
               WHERE o.company_id = e.company_id AND o.starts_at >= b.ends_at
                 AND o.status <> 'issued'
               ORDER BY o.starts_at LIMIT 1) END,
           b.id, e.entry_id, e.source, e.external_id, e.subject, NULL, '', e.session, e.started_at,
           %(at)s::timestamptz, 1, 1, NULL, 0, NULL, NULL, e.net, NULL, e.tax_percent,
           coalesce(e.tax, CASE WHEN e.includes_tax THEN e.amount - e.net
                                ELSE round_half_even(e.net * e.tax_percent * 0.01, 12) END),
           %(features_id)s::bigint, NULL, e.tax_terms_id, e.exchange_rate_id, e.label
    FROM taxed e
    LEFT JOIN billing_period b ON b.company_id = e.company_id
     AND b.starts_at <= e.started_at AND e.started_at < b.ends_at
    ORDER BY e.n
    RETURNING company_id, period_id, use_period_id, kind, version_id, meter_id, country, price_id,
              tax_percent, tax_terms_id, exchange_rate_id, label, started_at, quantity,
              from_allowance, amount, tax
), {BOOKED_WITH_LABELS}
SELECT count(*) FROM charged
"""  # noqa: S608 - the only text put in are constants of ours
