"""Payments, recharges and refunds against the ledger: money enters once and leaves once."""

from __future__ import annotations

from billing.insight.audit.checks import Check

PAYMENTS_ARE_BOOKED_ONCE = Check(
    name="payments_are_booked_once",
    proves="Each payment that was received moved its amount once, to the balance, or as a deposit "
    "to an account of its own; no other did, and no entry calls itself a payment without one.",
    sql="""
        SELECT coalesce('payment ' || p.id, 'entry ' || e.id) AS subject,
               CASE WHEN p.id IS NULL THEN 'books a payment that is not there'
                    WHEN p.status IN ('completed', 'partially_refunded', 'refunded', 'disputed')
                         AND e.id IS NULL THEN 'was received and is not booked'
                    WHEN p.status NOT IN ('completed', 'partially_refunded', 'refunded',
                                          'disputed')
                         AND e.id IS NOT NULL THEN 'is ' || p.status || ' and is booked'
                    WHEN e.id IS NOT NULL AND moved.amount IS DISTINCT FROM p.amount
                    THEN 'is over ' || p.amount || ', its entry moved '
                         || coalesce(moved.amount, 0) END AS fault
        FROM payment p
        FULL JOIN (SELECT id FROM ledger_entry WHERE kind IN ('payment', 'recharge')
                   OR kind = 'deposit' AND key LIKE 'payment:%%') e
               ON e.id = p.entry_id
        LEFT JOIN (
            SELECT l.entry_id, a.kind, a.currency, sum(l.amount) AS amount
            FROM ledger_leg l JOIN ledger_account a ON a.id = l.account_id
            WHERE a.kind IN ('customer', 'deposit') GROUP BY l.entry_id, a.kind, a.currency
        ) moved ON moved.entry_id = p.entry_id AND moved.currency = p.amount_currency
               AND moved.kind = CASE p.purpose WHEN 'deposit' THEN 'deposit' ELSE 'customer' END
    """,
)

RECHARGES_PAID_ONCE = Check(
    name="recharges_paid_once",
    proves="A recharge that succeeded has exactly one payment in the books, any other has none.",
    sql="""
        SELECT 'recharge ' || r.id AS subject,
               CASE WHEN count(p.entry_id) <> CASE WHEN r.status = 'succeeded' THEN 1 ELSE 0 END
                    THEN 'is ' || r.status || ' with ' || count(p.entry_id) || ' booked payments'
               END AS fault
        FROM recharge r
        LEFT JOIN recharge_attempt t ON t.recharge_id = r.id
        LEFT JOIN payment p ON p.id = t.payment_id
        GROUP BY r.id, r.status
    """,
)

REFUNDS_STAY_WITHIN_PAYMENTS = Check(
    name="refunds_stay_within_payments",
    proves="What is refunded of a payment is never more than was paid.",
    sql="""
        SELECT 'payment ' || p.id AS subject,
               CASE WHEN sum(r.amount) > p.amount
                    THEN 'of ' || p.amount || ' has refunds of ' || sum(r.amount) END AS fault
        FROM payment p JOIN refund r ON r.payment_id = p.id
        WHERE r.status IN ('proposed', 'pending', 'completed')
        GROUP BY p.id, p.amount
    """,
)

REFUNDS_CLEAR = Check(
    name="refunds_clear",
    proves="What stands on the refund clearing account is the sum of the refunds under way.",
    sql="""
        SELECT 'refunds ' || coalesce(c.currency, r.currency) AS subject,
               CASE WHEN coalesce(c.balance, 0) <> coalesce(r.pending, 0)
                    THEN 'clearing holds ' || coalesce(c.balance, 0) || ', under way are '
                         || coalesce(r.pending, 0) END AS fault
        FROM (
            SELECT a.currency, sum(l.amount) AS balance
            FROM ledger_account a JOIN ledger_leg l ON l.account_id = a.id
            JOIN ledger_entry e ON e.id = l.entry_id
            WHERE a.kind = 'refunds'
              AND e.kind IN ('refund', 'refund_settled', 'refund_failed', 'deposit')
            GROUP BY a.currency
        ) c
        FULL JOIN (
            SELECT amount_currency AS currency, sum(amount) AS pending
            FROM refund WHERE status = 'pending' GROUP BY amount_currency
        ) r ON r.currency = c.currency
    """,
)

TOP_UP_INVOICES_ADD_UP = Check(
    name="top_up_invoices_add_up",
    proves="What is due of a top-up invoice is its amount less what came in for it and stayed, "
    "never below zero; all of it is money of its own company.",
    sql="""
        SELECT 'top-up invoice ' || t.number AS subject,
               CASE WHEN coalesce(came.is_foreign, false)
                    THEN 'has a payment of another company or currency'
                    WHEN t.amount_due <> CASE WHEN t.status = 'void' THEN 0
                         ELSE greatest(t.amount - coalesce(came.amount, 0), 0) END
                    THEN 'is ' || t.status || ' over ' || t.amount || ', ' || t.amount_due
                         || ' is due, ' || coalesce(came.amount, 0) || ' came in' END AS fault
        FROM top_up_invoice t
        LEFT JOIN (
            SELECT l.top_up_invoice_id,
                   sum(CASE WHEN p.entry_id IS NULL THEN 0 ELSE greatest(
                       p.amount - coalesce(back.amount, 0) - coalesce(disputed.amount, 0), 0)
                   END) AS amount,
                   bool_or(p.company_id <> i.company_id
                           OR p.amount_currency <> i.amount_currency) AS is_foreign
            FROM top_up_payment l
            JOIN top_up_invoice i ON i.id = l.top_up_invoice_id
            JOIN payment p ON p.id = l.payment_id
            LEFT JOIN (
                SELECT payment_id, sum(amount) AS amount
                FROM refund WHERE status = 'completed' GROUP BY payment_id
            ) back ON back.payment_id = p.id
            LEFT JOIN (
                SELECT payment_id, sum(amount) AS amount
                FROM dispute WHERE status <> 'won' GROUP BY payment_id
            ) disputed ON disputed.payment_id = p.id
            GROUP BY l.top_up_invoice_id
        ) came ON came.top_up_invoice_id = t.id
    """,
)

EXCHANGES_AGREE_WITH_THEIR_RATE = Check(
    name="exchanges_agree_with_their_rate",
    proves="A payment in another currency booked what was charged and what it is on the account in "
    "both fx accounts, and the two agree by its stored rate, but for the rounding.",
    sql="""
        SELECT 'payment ' || p.id AS subject,
               CASE WHEN (moved.taken, moved.given) IS DISTINCT FROM (p.taken, -p.amount)
                    THEN 'took ' || p.taken || ' for ' || p.amount || ', its fx legs are '
                         || coalesce(moved.taken, 0) || ' and ' || coalesce(moved.given, 0)
                    WHEN (r.base, r.currency) = (p.amount_currency, p.taken_currency)
                         AND p.taken - p.amount * r.units_per_base NOT BETWEEN 0 AND
                             CASE WHEN p.taken = trunc(p.taken) THEN 1 ELSE 0.01 END
                    THEN 'took ' || p.taken || ' for ' || p.amount || ' at ' || r.units_per_base
                    WHEN (r.base, r.currency) = (p.taken_currency, p.amount_currency)
                         AND abs(p.amount - p.taken * r.units_per_base) > 0.5
                    THEN 'is ' || p.amount || ' for ' || p.taken || ' at ' || r.units_per_base
                    WHEN (r.base, r.currency) NOT IN ((p.amount_currency, p.taken_currency),
                                                      (p.taken_currency, p.amount_currency))
                    THEN 'has a rate of ' || r.base || ' into ' || r.currency END AS fault
        FROM payment p
        JOIN exchange_rate r ON r.id = p.exchange_rate_id
        LEFT JOIN LATERAL (
            SELECT sum(l.amount) FILTER (WHERE a.currency = p.taken_currency) AS taken,
                   sum(l.amount) FILTER (WHERE a.currency = p.amount_currency) AS given
            FROM ledger_leg l JOIN ledger_account a ON a.id = l.account_id
            WHERE l.entry_id = p.entry_id AND a.kind = 'fx') moved ON true
        WHERE p.entry_id IS NOT NULL
    """,
)

CHECKS = (
    EXCHANGES_AGREE_WITH_THEIR_RATE,
    PAYMENTS_ARE_BOOKED_ONCE,
    RECHARGES_PAID_ONCE,
    REFUNDS_STAY_WITHIN_PAYMENTS,
    REFUNDS_CLEAR,
    TOP_UP_INVOICES_ADD_UP,
)
