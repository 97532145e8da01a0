"""SQL: the statement that rates a batch, put together from one named step each."""

from __future__ import annotations

from dataclasses import dataclass

from billing.metering.calc import RESERVATIONS
from billing.metering.statements.booking import BOOKED, CHARGE_COLUMNS

# Takes the identity of each record that can be rated; whoever has it already keeps it.
KEYED = """
keyed AS (
    INSERT INTO usage_key (source, external_id, content_hash, charge_id)
    SELECT source, external_id, content_hash, charge_id FROM usage_row WHERE is_rateable ORDER BY n
    ON CONFLICT (source, external_id) DO NOTHING
    RETURNING charge_id
)"""

# Per company: what holds from which bound on (timelines), time zone, and the id of the entry that
# its charges will be booked by.
PAYER = """
payer AS MATERIALIZED (
    SELECT f.company_id, f.currency,
           d.bounds::timestamptz[] AS bounds, d.features::bigint[] AS features,
           d.tax_percents::numeric[] AS tax_percents, d.tax_terms::bigint[] AS tax_terms,
           d.includes_taxes::boolean[] AS includes_taxes,
           c.timezone, (%(entry_prefix)s::text || lpad(to_hex(row_number() OVER ()), 6, '0'))::uuid
           AS entry_id
    FROM unnest(%(companies)s::uuid[], %(bounds)s::text[], %(features)s::text[],
                %(tax_percents)s::text[], %(tax_terms)s::text[], %(includes_taxes)s::text[])
         AS d(company_id, bounds, features, tax_percents, tax_terms, includes_taxes)
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
    FROM unnest(%(companies)s::uuid[], %(firsts)s::timestamptz[], %(lasts)s::timestamptz[])
         AS s(company_id, first, last)
    JOIN billing_period b ON b.company_id = s.company_id
     AND b.starts_at <= s.last AND b.ends_at > s.first
)"""

# What a reservation of the same session has charged ahead covers the record, in order of arrival.
_COVERED = f"""
covered AS MATERIALIZED (
    SELECT u.n, s.id AS cover_id,
           greatest(0, least(u.billed, s.quantity - sum(u.billed) OVER earlier + u.billed))::bigint
           AS quantity
    FROM usage_row u
    JOIN keyed USING (charge_id)
    JOIN session_cover s ON s.subscription_id = u.subscription_id AND s.session = u.session
     AND s.meter = u.meter_id
    WHERE u.session <> '' AND u.source <> '{RESERVATIONS}'
    WINDOW earlier AS (PARTITION BY s.id ORDER BY u.n ROWS UNBOUNDED PRECEDING)
), covers AS (
    UPDATE session_cover s SET quantity = s.quantity - c.quantity
    FROM (SELECT cover_id, sum(quantity) AS quantity FROM covered GROUP BY cover_id) c
    WHERE s.id = c.cover_id
)"""  # noqa: S608 - the only text put in is a constant of ours

_NOTHING_COVERED = "covered AS (SELECT NULL::integer AS n, 0::bigint AS quantity WHERE false)"

# The records to rate, with the period of their use, and the quantity that is `due` for it.
_FRESH = """
fresh AS MATERIALIZED (
    SELECT u.*, b.use_period_id, b.period_id, nullif(c.quantity, 0) AS covered,
           u.billed - coalesce(c.quantity, 0) AS due
    FROM usage_row u
    LEFT JOIN covered c ON c.n = u.n
    LEFT JOIN period b ON b.company_id = u.company_id
     AND b.starts_at <= u.started_at AND u.started_at < b.ends_at
    WHERE u.charge_id IN (SELECT charge_id FROM keyed)
)"""

# Each record claims its interval of cumulative use, in order of arrival: what of it lies below
# the included quantity is free. Only records whose allowance is not used up take part.
_DRAWN = """
drawn AS MATERIALIZED (
    SELECT u.n, a.id AS allowance_id,
           greatest(0, least(u.due, a.included - a.used - sum(u.due) OVER earlier + u.due)) AS free
    FROM fresh u
    CROSS JOIN LATERAL (
        SELECT * FROM allowance a
        WHERE a.subscription_id = u.subscription_id AND a.period_id = u.use_period_id
          AND a.version_id = u.version_id AND a.meter_id = u.meter_id LIMIT 1) a
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
    CROSS JOIN LATERAL (SELECT u.due - coalesce(d.free, 0) AS billable) q
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

# Rounded once, half-even, to 12 decimals; of a price that includes tax the net part. OFFSET 0 keeps
# PostgreSQL from working it out twice. The prices of tiers are in the plan's currency: `factor`
# brings what they cost into the account's.
_PRICED = """
priced AS (
    SELECT *, CASE WHEN includes_tax THEN net_of(round_half_even(exact, 12), tax_percent)
                   ELSE round_half_even(exact, 12) END AS full_amount
    FROM (
        SELECT u.*, p.entry_id, p.features[h.n] AS features_id,
               p.tax_percents[h.n] AS tax_percent, p.tax_terms[h.n] AS tax_terms_id,
               p.includes_taxes[h.n] AS includes_tax,
               coalesce(d.free, 0) AS free,
               CASE WHEN u.is_tiered THEN {cost}
                    ELSE (u.due - coalesce(d.free, 0)) * u.per_base END AS exact,
               CASE WHEN NOT u.is_tiered THEN u.per_base END AS unit_price
        FROM fresh u
        JOIN payer p USING (company_id)
        CROSS JOIN LATERAL (SELECT 1 + width_bucket(u.started_at, p.bounds) AS n) h
        LEFT JOIN drawn d ON d.n = u.n
        LEFT JOIN tiered t ON t.n = u.n
        OFFSET 0) exact
    OFFSET 0
)"""

# Money that a reservation of the same session has charged ahead pays for the record.
_PAID = f"""
paid AS MATERIALIZED (
    SELECT p.n, s.id AS cover_id,
           greatest(0, least(p.full_amount,
                             s.amount - sum(p.full_amount) OVER earlier + p.full_amount)) AS amount
    FROM priced p
    JOIN session_cover s ON s.subscription_id = p.subscription_id AND s.session = p.session
     AND s.meter = ''
    WHERE p.session <> '' AND p.source <> '{RESERVATIONS}'
    WINDOW earlier AS (PARTITION BY s.id ORDER BY p.n ROWS UNBOUNDED PRECEDING)
), payments AS (
    UPDATE session_cover s SET amount = s.amount - p.amount
    FROM (SELECT cover_id, sum(amount) AS amount FROM paid GROUP BY cover_id) p
    WHERE s.id = p.cover_id
)"""  # noqa: S608 - the only text put in is a constant of ours

_NOTHING_PAID = "paid AS (SELECT NULL::integer AS n, 0::numeric AS amount WHERE false)"

# The charges. Tax is rounded as the amount is; in a price that includes it, it is the rest.
_CHARGED = f"""
charged AS (
    INSERT INTO charge ({CHARGE_COLUMNS})
    SELECT charge_id, 'usage', company_id, subscription_id, version_id, period_id, use_period_id,
           entry_id, source, external_id, subject, meter_id, country, session, started_at,
           %(at)s::timestamptz, quantity, billed, covered, free, price_id, unit_price, amount,
           prepaid, tax_percent,
           CASE WHEN includes_tax AND prepaid IS NULL THEN round_half_even(exact, 12) - amount
                ELSE round_half_even(amount * tax_percent * 0.01, 12) END,
           features_id, NULL, tax_terms_id, exchange_rate_id
    FROM (
        SELECT p.*, nullif(f.amount, 0) AS prepaid, p.full_amount - coalesce(f.amount, 0) AS amount
        FROM priced p LEFT JOIN paid f ON f.n = p.n
        OFFSET 0) due
    ORDER BY n
    RETURNING company_id, period_id, use_period_id, kind, version_id, meter_id, country, price_id,
              tax_percent, tax_terms_id, exchange_rate_id, started_at, quantity, from_allowance,
              amount, tax
)"""  # noqa: S608 - the only text put in is a constant of ours

# The records that were not rated: rejects, and those whose identity was taken before.
_LEFT_OVER = """
INSERT INTO leftover
SELECT u.n FROM usage_row u
WHERE NOT EXISTS (SELECT FROM keyed k WHERE k.charge_id = u.charge_id)
"""


@dataclass(frozen=True)
class Needs:
    """The steps that a batch cannot do without."""

    allowances: bool
    tiers: bool
    covers: bool
    foreign: bool


def rate(needs: Needs, *, keyed: str = KEYED) -> str:
    """The rating statement, of the steps that the batch needs.

    `keyed` is the step that takes the identities and returns the `charge_id`s to be rated.
    """
    steps = (
        keyed,
        PAYER,
        _PERIOD,
        _COVERED if needs.covers else _NOTHING_COVERED,
        _FRESH,
        _DRAWN if needs.allowances else _NOTHING_DRAWN,
        _TIERED if needs.tiers else _NOTHING_TIERED,
        _PRICED.format(cost="t.cost * coalesce(u.factor, 1)" if needs.foreign else "t.cost"),
        _PAID if needs.covers else _NOTHING_PAID,
        _CHARGED,
        BOOKED,
    )
    return f"WITH {', '.join(steps)} {_LEFT_OVER}"
