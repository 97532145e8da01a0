"""SQL: what every statement does with the charges it has written."""

from __future__ import annotations

CHARGE_COLUMNS = (
    "id, kind, company_id, subscription_id, version_id, period_id, use_period_id, entry_id, "
    "source, external_id, subject, meter_id, country, session, started_at, rated_at, quantity, "
    "billed, covered, from_allowance, price_id, unit_price, amount, prepaid, tax_percent, tax, "
    "features_id, reverses, tax_terms_id, exchange_rate_id"
)


def booked(label: str) -> str:
    """What every statement does with the charges it has written (`charged`) for their `payer`s:
    adds them to the totals of the period and of the day, and prepares one entry per company.

    `label` is SQL for the label of a charge: a constant where no charge has one.
    """
    return f"""
totals AS (
    INSERT INTO period_total AS t
        (company_id, period_id, use_period_id, kind, version_id, meter_id, country, price_id,
         tax_percent, tax_terms_id, exchange_rate_id, label, charges, quantity, included, amount,
         tax)
    SELECT company_id, period_id, use_period_id, kind, version_id, meter_id, country, price_id,
           tax_percent, tax_terms_id, exchange_rate_id, {label}, count(*), sum(quantity),
           sum(from_allowance), sum(amount), sum(tax)
    FROM charged
    GROUP BY company_id, period_id, use_period_id, kind, version_id, meter_id, country, price_id,
             tax_percent, tax_terms_id, exchange_rate_id, {label}
    ON CONFLICT (period_id, version_id, country, price_id, tax_percent, use_period_id, kind,
                 meter_id, label, tax_terms_id, exchange_rate_id)
    DO UPDATE SET charges = t.charges + excluded.charges, quantity = t.quantity + excluded.quantity,
        included = t.included + excluded.included, amount = t.amount + excluded.amount,
        tax = t.tax + excluded.tax
), days AS (
    INSERT INTO day_total AS t (company_id, day, kind, meter_id, quantity, amount, tax)
    SELECT company_id, (started_at AT TIME ZONE timezone)::date, kind, meter_id,
           sum(quantity), sum(amount), sum(tax)
    FROM charged JOIN payer USING (company_id)
    GROUP BY 1, 2, 3, 4
    ON CONFLICT (company_id, day, kind, meter_id)
    DO UPDATE SET quantity = t.quantity + excluded.quantity, amount = t.amount + excluded.amount,
        tax = t.tax + excluded.tax
), due AS MATERIALIZED (
    SELECT company_id, sum(amount) AS net, sum(tax) AS tax FROM charged GROUP BY company_id
), entries AS (
    INSERT INTO new_entry (key, id, kind, company_id, at, by, description)
    SELECT %(entry_kind)s::text || ':' || entry_id, entry_id, %(entry_kind)s::text, company_id,
           %(at)s::timestamptz, %(by)s::text,
           %(description)s::text
    FROM due JOIN payer USING (company_id)
), legs AS (
    INSERT INTO new_leg (entry_key, kind, currency, amount)
    SELECT %(entry_kind)s::text || ':' || entry_id, leg.kind, currency, leg.amount
    FROM due JOIN payer USING (company_id)
    CROSS JOIN LATERAL (VALUES ('customer', -net - due.tax), ('uninvoiced', net),
                               ('uninvoiced_tax', due.tax)) AS leg(kind, amount)
)"""  # noqa: S608 - the only text put in is a constant of ours


BOOKED = booked("''::varchar")
BOOKED_WITH_LABELS = booked("label")
