"""SQL: the statement that rates a batch, put together from one named step each."""

from __future__ import annotations

from billing.metering.statements.booking import BOOKED, CHARGE_COLUMNS

# Takes the identity of each record that can be rated; whoever has it already keeps it.
_KEYED = """
keyed AS (
    INSERT INTO usage_key (source, external_id, content_hash, charge_id)
    SELECT source, external_id, content_hash, charge_id FROM usage_row WHERE code = '' ORDER BY n
    ON CONFLICT (source, external_id) DO NOTHING
    RETURNING charge_id
)"""

# Per company: tax rate, time zone, and the id of the entry that its charges will be booked by.
_PAYER = """
payer AS MATERIALIZED (
    SELECT f.company_id, f.currency,
           coalesce(f.tax_percent, %(tax_percent)s::numeric) AS tax_percent,
           c.timezone, (%(entry_prefix)s::text || lpad(to_hex(row_number() OVER ()), 6, '0'))::uuid
           AS entry_id
    FROM (SELECT DISTINCT company_id FROM usage_row WHERE code = '') d
    JOIN billing_profile f USING (company_id)
    JOIN company c ON c.id = f.company_id
)"""

# Per company: the periods of use, each with the period to be charged: itself, or once it has been
# issued the next one that has not.
_PERIOD = """
period AS MATERIALIZED (
    SELECT b.company_id, b.starts_at, b.ends_at, b.id AS use_period_id,
           CASE WHEN b.status <> 'issued' THEN b.id ELSE (
               SELECT o.id FROM billing_period o
               WHERE o.company_id = b.company_id AND o.starts_at >= b.ends_at
                 AND o.status <> 'issued'
               ORDER BY o.starts_at LIMIT 1) END AS period_id
    FROM (SELECT company_id, min(started_at) AS first, max(started_at) AS last
          FROM usage_row WHERE code = '' GROUP BY company_id) s
    JOIN billing_period b ON b.company_id = s.company_id
     AND b.starts_at <= s.last AND b.ends_at > s.first
)"""

# The records to rate, with the period of their use.
_FRESH = """
fresh AS MATERIALIZED (
    SELECT u.*, b.use_period_id, b.period_id
    FROM usage_row u
    JOIN keyed USING (charge_id)
    LEFT JOIN period b ON b.company_id = u.company_id
     AND b.starts_at <= u.started_at AND u.started_at < b.ends_at
)"""

# Each record claims its interval of cumulative use, in order of arrival: what of it lies below
# the included quantity is free. Only records whose allowance is not used up take part.
_DRAWN = """
drawn AS MATERIALIZED (
    SELECT u.n, a.id AS allowance_id,
           greatest(0, least(u.billed,
                             a.included - a.used - sum(u.billed) OVER earlier + u.billed)) AS free
    FROM fresh u
    JOIN allowance a ON a.subscription_id = u.subscription_id AND a.period_id = u.use_period_id
     AND a.version_id = u.version_id AND a.meter_id = u.meter_id
    WHERE u.has_allowance AND a.used < a.included
    WINDOW earlier AS (PARTITION BY a.id ORDER BY u.n ROWS UNBOUNDED PRECEDING)
), allowances AS (
    UPDATE allowance a SET used = a.used + d.free
    FROM (SELECT allowance_id, sum(free) AS free FROM drawn GROUP BY allowance_id) d
    WHERE a.id = d.allowance_id AND d.free > 0
)"""

_NOTHING_DRAWN = "drawn AS (SELECT NULL::integer AS n, 0::numeric AS free WHERE false)"

# Tiered prices: the interval of cumulative billable quantity that the record takes, and what the
# price makes of it: T(to) - T(from).
_TIERED = """
climbed AS MATERIALIZED (
    SELECT u.n, u.subscription_id, u.price_id, u.use_period_id, p.tier_mode,
           coalesce(t.used, 0) + sum(q.billable) OVER earlier - q.billable AS from_quantity,
           coalesce(t.used, 0) + sum(q.billable) OVER earlier AS to_quantity
    FROM fresh u
    JOIN price p ON p.id = u.price_id
    LEFT JOIN drawn d ON d.n = u.n
    CROSS JOIN LATERAL (SELECT u.billed - coalesce(d.free, 0) AS billable) q
    LEFT JOIN tier_use t ON t.subscription_id = u.subscription_id AND t.price_id = u.price_id
     AND t.period_id = u.use_period_id
    WHERE u.is_tiered
    WINDOW earlier AS (PARTITION BY u.subscription_id, u.price_id, u.use_period_id
                       ORDER BY u.n ROWS UNBOUNDED PRECEDING)
), tiered AS MATERIALIZED (
    SELECT c.n, CASE c.tier_mode WHEN 'volume' THEN volume.cost ELSE graduated.cost END AS cost
    FROM climbed c
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(t.per_base * greatest(0,
                   least(c.to_quantity, coalesce(t.to_quantity, c.to_quantity))
                   - greatest(c.from_quantity, t.from_quantity))), 0) AS cost
        FROM price_tier t WHERE t.price_id = c.price_id) graduated
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(c.to_quantity * t.per_base) FILTER (
                   WHERE t.from_quantity < c.to_quantity
                     AND c.to_quantity <= coalesce(t.to_quantity, c.to_quantity)), 0)
             - coalesce(sum(c.from_quantity * t.per_base) FILTER (
                   WHERE t.from_quantity < c.from_quantity
                     AND c.from_quantity <= coalesce(t.to_quantity, c.from_quantity)), 0) AS cost
        FROM price_tier t WHERE t.price_id = c.price_id) volume
), tiers AS (
    INSERT INTO tier_use AS t (subscription_id, price_id, period_id, used)
    SELECT subscription_id, price_id, use_period_id, max(to_quantity)
    FROM climbed GROUP BY subscription_id, price_id, use_period_id
    ON CONFLICT (subscription_id, price_id, period_id) DO UPDATE SET used = excluded.used
)"""

_NOTHING_TIERED = "tiered AS (SELECT NULL::integer AS n, 0::numeric AS cost WHERE false)"

# Rounded once, half-even, to 12 decimals; the tax of it likewise. OFFSET 0 keeps PostgreSQL from
# working out the amount twice.
_CHARGED = f"""
charged AS (
    INSERT INTO charge ({CHARGE_COLUMNS})
    SELECT charge_id, 'usage', company_id, subscription_id, version_id, period_id, use_period_id,
           entry_id, source, external_id, subject, meter_id, country, session, started_at,
           %(at)s::timestamptz, quantity, billed, free, price_id, unit_price, amount, tax_percent,
           round_half_even(amount * tax_percent * 0.01, 12),
           (%(features)s::bigint[])[
               1 + width_bucket(started_at, %(feature_bounds)s::timestamptz[])],
           NULL
    FROM (
        SELECT *, round_half_even(exact, 12) AS amount
        FROM (
            SELECT u.*, p.entry_id, p.tax_percent, coalesce(d.free, 0) AS free,
                   CASE WHEN u.is_tiered THEN t.cost
                        ELSE (u.billed - coalesce(d.free, 0)) * u.per_base END AS exact,
                   CASE WHEN NOT u.is_tiered THEN u.per_base END AS unit_price
            FROM fresh u
            JOIN payer p USING (company_id)
            LEFT JOIN drawn d ON d.n = u.n
            LEFT JOIN tiered t ON t.n = u.n
            OFFSET 0) exact
        OFFSET 0) rounded
    ORDER BY n
    RETURNING company_id, period_id, use_period_id, kind, version_id, meter_id, country, price_id,
              tax_percent, started_at, quantity, from_allowance, amount, tax
)"""  # noqa: S608 - the only text put in is a constant of ours

# The records that were not rated: rejects, and those whose identity was taken before.
_LEFT_OVER = """
INSERT INTO leftover
SELECT u.n FROM usage_row u
WHERE NOT EXISTS (SELECT FROM keyed k WHERE k.charge_id = u.charge_id)
"""


def rate(*, allowances: bool, tiers: bool) -> str:
    """The rating statement; batches without allowances or tiers do without those steps."""
    steps = (
        _KEYED,
        _PAYER,
        _PERIOD,
        _FRESH,
        _DRAWN if allowances else _NOTHING_DRAWN,
        _TIERED if tiers else _NOTHING_TIERED,
        _CHARGED,
        BOOKED,
    )
    return f"WITH {', '.join(steps)} {_LEFT_OVER}"
