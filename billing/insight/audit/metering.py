"""Charges, their keys, their entries and the totals kept beside them."""

from __future__ import annotations

from billing.insight.audit.checks import Check

CHARGES_ARE_BOOKED = Check(
    name="charges_are_booked",
    proves="The charges of each entry sum to what it moved to uninvoiced and to uninvoiced tax, "
    "and nothing was moved there as usage without charges.",
    sql="""
        SELECT 'entry ' || coalesce(c.entry_id, l.entry_id) AS subject,
               CASE WHEN c.net IS DISTINCT FROM l.net OR c.tax IS DISTINCT FROM l.tax
                    THEN 'moved ' || coalesce(l.net, 0) || ' + ' || coalesce(l.tax, 0)
                         || ', its charges sum to ' || coalesce(c.net, 0) || ' + '
                         || coalesce(c.tax, 0) END AS fault
        FROM (
            SELECT entry_id, sum(amount) AS net, sum(tax) AS tax FROM charge
            GROUP BY entry_id HAVING sum(amount) <> 0 OR sum(tax) <> 0
        ) c
        FULL JOIN (
            SELECT l.entry_id,
                   coalesce(sum(l.amount) FILTER (WHERE a.kind = 'uninvoiced'), 0) AS net,
                   coalesce(sum(l.amount) FILTER (WHERE a.kind = 'uninvoiced_tax'), 0) AS tax
            FROM ledger_entry e
            JOIN ledger_leg l ON l.entry_id = e.id
            JOIN ledger_account a ON a.id = l.account_id
            WHERE e.kind IN ('usage', 'fee', 'rerating')
              AND a.kind IN ('uninvoiced', 'uninvoiced_tax')
            GROUP BY l.entry_id
        ) l ON l.entry_id = c.entry_id
    """,
)

CHARGES_HAVE_THEIR_KEYS = Check(
    name="charges_have_their_keys",
    proves="Each rated usage record holds its key, and each key leads to a charge.",
    sql="""
        SELECT coalesce('charge ' || c.id, 'key ' || k.source || ' ' || k.external_id) AS subject,
               CASE WHEN k.charge_id IS NULL THEN 'has no key'
                    WHEN c.id IS NULL THEN 'has no charge' END AS fault
        FROM (SELECT id, source, external_id FROM charge
              WHERE kind = 'usage' AND reverses IS NULL) c
        FULL JOIN usage_key k ON (k.source, k.external_id) = (c.source, c.external_id)
    """,
)

PERIOD_TOTALS_ARE_SUMS_OF_CHARGES = Check(
    name="period_totals_are_sums_of_charges",
    proves="The totals of each period, from which invoices are made, are the sums of its charges.",
    sql="""
        SELECT 'period ' || coalesce(t.period_id, c.period_id) AS subject,
               CASE WHEN (t.charges, t.quantity, t.included, t.amount, t.tax)
                         IS DISTINCT FROM (c.charges, c.quantity, c.included, c.amount, c.tax)
                    THEN 'has a total of ' || coalesce(t.amount, 0) || ' + ' || coalesce(t.tax, 0)
                         || ' over ' || coalesce(t.charges, 0) || ' charges, which are '
                         || coalesce(c.charges, 0) || ' and sum to ' || coalesce(c.amount, 0)
                         || ' + ' || coalesce(c.tax, 0) END AS fault
        FROM period_total t
        FULL JOIN (
            SELECT period_id, use_period_id, kind, version_id, coalesce(meter_id, '') AS meter,
                   country, coalesce(price_id::text, '') AS price, tax_percent,
                   count(*) AS charges, sum(quantity) AS quantity,
                   sum(from_allowance) AS included, sum(amount) AS amount, sum(tax) AS tax
            FROM charge
            GROUP BY period_id, use_period_id, kind, version_id, coalesce(meter_id, ''), country,
                     coalesce(price_id::text, ''), tax_percent
        ) c ON (c.period_id, c.use_period_id, c.kind, c.version_id, c.meter, c.country, c.price,
                c.tax_percent)
             = (t.period_id, t.use_period_id, t.kind, t.version_id, coalesce(t.meter_id, ''),
                t.country, coalesce(t.price_id::text, ''), t.tax_percent)
    """,
)

DAY_TOTALS_ARE_SUMS_OF_CHARGES = Check(
    name="day_totals_are_sums_of_charges",
    proves="The consumption by day that customers see is the sum of their charges.",
    sql="""
        SELECT 'company ' || coalesce(d.company_id, c.company_id) AS subject,
               CASE WHEN (d.amount, d.tax) IS DISTINCT FROM (c.amount, c.tax)
                    THEN 'has days of ' || coalesce(d.amount, 0) || ' + ' || coalesce(d.tax, 0)
                         || ' and charges of ' || coalesce(c.amount, 0) || ' + '
                         || coalesce(c.tax, 0) END AS fault
        FROM (SELECT company_id, sum(amount) AS amount, sum(tax) AS tax FROM day_total
              GROUP BY company_id) d
        FULL JOIN (SELECT company_id, sum(amount) AS amount, sum(tax) AS tax FROM charge
                   GROUP BY company_id) c ON c.company_id = d.company_id
    """,
)

ALLOWANCES_ARE_USED_AS_CHARGED = Check(
    name="allowances_are_used_as_charged",
    proves="What is used of each allowance is what its charges took from it, never more than is "
    "included.",
    sql="""
        SELECT 'allowance ' || a.id AS subject,
               CASE WHEN a.used > a.included THEN 'has ' || a.used || ' used of ' || a.included
                    WHEN a.used <> coalesce(c.taken, 0)
                    THEN 'has ' || a.used || ' used, its charges took ' || coalesce(c.taken, 0)
               END AS fault
        FROM allowance a
        LEFT JOIN (
            SELECT subscription_id, use_period_id, version_id, meter_id,
                   sum(from_allowance) AS taken
            FROM charge WHERE from_allowance <> 0
            GROUP BY subscription_id, use_period_id, version_id, meter_id
        ) c ON (c.subscription_id, c.use_period_id, c.version_id, c.meter_id)
             = (a.subscription_id, a.period_id, a.version_id, a.meter_id)
    """,
)

UNINVOICED_IS_WHAT_PERIODS_OWE = Check(
    name="uninvoiced_is_what_periods_owe",
    proves="What stands on uninvoiced and its tax is the total of the periods not yet issued.",
    sql="""
        SELECT 'company ' || a.company_id || ' ' || a.currency AS subject,
               CASE WHEN (a.net, a.tax) IS DISTINCT FROM (coalesce(t.net, 0), coalesce(t.tax, 0))
                    THEN 'has ' || a.net || ' + ' || a.tax || ' uninvoiced, its periods have '
                         || coalesce(t.net, 0) || ' + ' || coalesce(t.tax, 0) END AS fault
        FROM (
            SELECT company_id, currency,
                   coalesce(sum(balance) FILTER (WHERE kind = 'uninvoiced'), 0) AS net,
                   coalesce(sum(balance) FILTER (WHERE kind = 'uninvoiced_tax'), 0) AS tax
            FROM ledger_account WHERE kind IN ('uninvoiced', 'uninvoiced_tax')
            GROUP BY company_id, currency
        ) a
        LEFT JOIN billing_profile p ON p.company_id = a.company_id AND p.currency = a.currency
        LEFT JOIN (
            SELECT t.company_id, sum(t.amount) AS net, sum(t.tax) AS tax
            FROM period_total t JOIN billing_period p ON p.id = t.period_id
            WHERE p.status <> 'issued' GROUP BY t.company_id
        ) t ON t.company_id = p.company_id
    """,
)

FLAT_CHARGES_WORK_OUT = Check(
    name="flat_charges_work_out",
    proves="Each charge at a single price is its billable quantity times that price, and its tax "
    "is its rate of it, both rounded half-even to 12 decimals.",
    sql="""
        SELECT 'charge ' || id AS subject,
               CASE WHEN unit_price IS NOT NULL AND reverses IS NULL AND kind = 'usage'
                         AND session = ''
                         AND amount <> round_half_even((billed - from_allowance) * unit_price, 12)
                    THEN 'is ' || amount || ' for ' || (billed - from_allowance) || ' at '
                         || unit_price
                    WHEN tax <> round_half_even(amount * tax_percent / 100, 12)
                    THEN 'has a tax of ' || tax || ' on ' || amount || ' at ' || tax_percent
               END AS fault
        FROM charge
    """,
)

BATCHES_ACCOUNT_FOR_EVERY_RECORD = Check(
    name="batches_account_for_every_record",
    proves="As many records were accepted as there are charges of usage records.",
    sql="""
        SELECT 'usage' AS subject,
               CASE WHEN b.accepted < k.keys
                    THEN b.accepted || ' records were accepted, ' || k.keys || ' have a key'
               END AS fault
        FROM (SELECT coalesce(sum(accepted), 0) AS accepted FROM usage_batch) b,
             (SELECT count(*) AS keys FROM usage_key) k
    """,
)

CHECKS = (
    CHARGES_ARE_BOOKED,
    CHARGES_HAVE_THEIR_KEYS,
    PERIOD_TOTALS_ARE_SUMS_OF_CHARGES,
    DAY_TOTALS_ARE_SUMS_OF_CHARGES,
    ALLOWANCES_ARE_USED_AS_CHARGED,
    UNINVOICED_IS_WHAT_PERIODS_OWE,
    FLAT_CHARGES_WORK_OUT,
    BATCHES_ACCOUNT_FOR_EVERY_RECORD,
)
