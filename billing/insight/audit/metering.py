"""Charges, their keys, their entries and the totals kept beside them."""

from __future__ import annotations

from billing.insight.audit.checks import Check, Parameters
from billing.metering.calc import HOURS, INTERNAL, RESERVATIONS
from billing.metering.models import ACCOUNT_KINDS, PRICED_KINDS


def _account_kinds() -> Parameters:
    return {"account_kinds": [kind.value for kind in ACCOUNT_KINDS]}


def _priced_kinds() -> Parameters:
    return {"priced_kinds": [kind.value for kind in PRICED_KINDS]}


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
    proves="Each charge that stands holds the key of its record or fee, and each key leads to "
    "the one charge that stands for it.",
    sql="""
        SELECT coalesce('charge ' || c.id, 'key ' || k.source || ' ' || k.external_id) AS subject,
               CASE WHEN k.charge_id IS NULL THEN 'has no key'
                    WHEN c.id IS NULL THEN 'has no charge that stands'
                    WHEN (k.source, k.external_id) <> (c.source, c.external_id)
                    THEN 'has the key of ' || k.source || ' ' || k.external_id END AS fault
        FROM (SELECT c.id, c.source, c.external_id FROM charge c
              LEFT JOIN charge r ON r.reverses = c.id
              WHERE c.reverses IS NULL AND r.id IS NULL) c
        FULL JOIN usage_key k ON k.charge_id = c.id
    """,
)

REVERSALS_TAKE_BACK_WHAT_WAS_CHARGED = Check(
    name="reversals_take_back_what_was_charged",
    proves="Each reversal is the exact opposite of one charge, and no charge is reversed twice.",
    sql="""
        SELECT 'charge ' || r.reverses AS subject,
               CASE WHEN count(*) > 1 THEN 'was reversed ' || count(*) || ' times'
                    WHEN bool_or(c.id IS NULL) THEN 'was reversed and does not exist'
                    WHEN bool_or((c.company_id, c.quantity, c.amount, c.tax)
                                 <> (r.company_id, -r.quantity, -r.amount, -r.tax))
                    THEN 'was reversed with other figures' END AS fault
        FROM charge r LEFT JOIN charge c ON c.id = r.reverses
        WHERE r.reverses IS NOT NULL
        GROUP BY r.reverses
    """,
)

CHARGES_BELONG_TO_WHAT_EXISTS = Check(
    name="charges_belong_to_what_exists",
    proves="Company, subscription, plan version, periods, price and features of every charge "
    "exist and belong together: charges carry no foreign keys of the database.",
    sql="""
        SELECT 'company ' || g.company_id || ', ' || g.charges || ' charges' AS subject,
               CASE WHEN g.is_of_account AND g.subscription_id IS NULL AND g.version_id IS NULL
                         AND b.company_id = g.company_id AND u.company_id = g.company_id
                         AND f.id IS NOT NULL THEN NULL
                    WHEN g.is_of_account THEN 'are the company''s own and of something else, too'
                    WHEN s.id IS NULL
                    THEN 'have no subscription ' || coalesce(g.subscription_id::text, '')
                    WHEN s.company_id <> g.company_id THEN 'are of a stranger''s subscription'
                    WHEN v.id IS NULL
                    THEN 'have no plan version ' || coalesce(g.version_id::text, '')
                    WHEN b.company_id IS DISTINCT FROM g.company_id
                      OR u.company_id IS DISTINCT FROM g.company_id
                    THEN 'are in a stranger''s period'
                    WHEN g.price_id IS NOT NULL AND p.version_id IS DISTINCT FROM g.version_id
                    THEN 'are at another version''s price'
                    WHEN f.id IS NULL THEN 'have no feature values'
                    WHEN g.tax_terms_id IS NOT NULL AND x.id IS NULL
                    THEN 'have lost their terms of tax' END AS fault
        FROM (SELECT company_id, subscription_id, version_id, period_id, use_period_id, price_id,
                     features_id, tax_terms_id, kind = ANY(%(account_kinds)s) AS is_of_account,
                     count(*) AS charges
              FROM charge GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9) g
        LEFT JOIN subscription s ON s.id = g.subscription_id
        LEFT JOIN plan_version v ON v.id = g.version_id
        LEFT JOIN billing_period b ON b.id = g.period_id
        LEFT JOIN billing_period u ON u.id = g.use_period_id
        LEFT JOIN price p ON p.id = g.price_id
        LEFT JOIN feature_snapshot f ON f.id = g.features_id
        LEFT JOIN tax_terms x ON x.id = g.tax_terms_id
    """,
    parameters=_account_kinds,
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
            SELECT period_id, use_period_id, kind, coalesce(version_id::text, '') AS version,
                   coalesce(meter_id, '') AS meter, country,
                   coalesce(price_id::text, '') AS price, tax_percent,
                   coalesce(tax_terms_id, 0) AS tax_terms, label,
                   coalesce(exchange_rate_id::text, '') AS rate,
                   count(*) AS charges, sum(quantity) AS quantity,
                   sum(from_allowance) AS included, sum(amount) AS amount, sum(tax) AS tax
            FROM charge
            GROUP BY period_id, use_period_id, kind, coalesce(version_id::text, ''),
                     coalesce(meter_id, ''), country, coalesce(price_id::text, ''), tax_percent,
                     coalesce(tax_terms_id, 0), label, coalesce(exchange_rate_id::text, '')
        ) c ON (c.period_id, c.use_period_id, c.kind, c.version, c.meter, c.country, c.price,
                c.tax_percent, c.tax_terms, c.label, c.rate)
             = (t.period_id, t.use_period_id, t.kind, coalesce(t.version_id::text, ''),
                coalesce(t.meter_id, ''), t.country, coalesce(t.price_id::text, ''),
                t.tax_percent, coalesce(t.tax_terms_id, 0), t.label,
                coalesce(t.exchange_rate_id::text, ''))
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
    proves="Each charge at a single price is its billable quantity times that price, or the net "
    "of it where prices include tax, and its tax is its rate of it or the rest of the price, all "
    "rounded half-even to 12 decimals.",
    sql="""
        SELECT 'charge ' || c.id AS subject,
               CASE WHEN unit_price IS NOT NULL AND reverses IS NULL AND kind = 'usage'
                         AND amount + coalesce(prepaid, 0) <> CASE
                             WHEN t.includes_tax THEN net_of(price, c.tax_percent) ELSE price END
                    THEN 'is ' || amount || ' for ' || (billed - from_allowance) || ' at '
                         || unit_price
                    WHEN is_price_with_tax
                         AND amount <> net_of(amount + tax, c.tax_percent)
                      OR kind <> 'reservation' AND NOT is_price_with_tax
                         AND tax <> round_half_even(amount * c.tax_percent * 0.01, 12)
                    THEN 'has a tax of ' || tax || ' on ' || amount || ' at ' || c.tax_percent
               END AS fault
        FROM charge c
        LEFT JOIN tax_terms t ON t.id = c.tax_terms_id
        CROSS JOIN LATERAL (
            SELECT round_half_even(
                       (billed - coalesce(covered, 0) - from_allowance) * unit_price, 12) AS price,
                   coalesce(t.includes_tax, false) AND prepaid IS NULL
                   AND kind = ANY (%(priced_kinds)s) AS is_price_with_tax) w
    """,
    parameters=_priced_kinds,
)

BATCHES_ACCOUNT_FOR_EVERY_RECORD = Check(
    name="batches_account_for_every_record",
    proves="As many records were accepted as there are identities of usage records.",
    sql=f"""
        SELECT 'usage' AS subject,
               CASE WHEN b.accepted <> k.keys
                    THEN b.accepted || ' records were accepted, ' || k.keys || ' have a key'
               END AS fault
        FROM (SELECT coalesce(sum(accepted), 0) AS accepted FROM usage_batch) b,
             (SELECT count(*) AS keys FROM usage_key
              WHERE NOT starts_with(source, '{INTERNAL}')
                 OR source IN ('{RESERVATIONS}', '{HOURS}')) k
    """,  # noqa: S608 - constants of ours
)

CHECKS = (
    CHARGES_ARE_BOOKED,
    CHARGES_HAVE_THEIR_KEYS,
    CHARGES_BELONG_TO_WHAT_EXISTS,
    REVERSALS_TAKE_BACK_WHAT_WAS_CHARGED,
    PERIOD_TOTALS_ARE_SUMS_OF_CHARGES,
    DAY_TOTALS_ARE_SUMS_OF_CHARGES,
    ALLOWANCES_ARE_USED_AS_CHARGED,
    UNINVOICED_IS_WHAT_PERIODS_OWE,
    FLAT_CHARGES_WORK_OUT,
    BATCHES_ACCOUNT_FOR_EVERY_RECORD,
)
