"""Promotions against the ledger: credit enters once, and ends with what is left of it."""

from __future__ import annotations

from billing.insight.audit.checks import Check

CREDIT_IS_BOOKED = Check(
    name="promo_credit_is_booked",
    proves="Each promo credit moved its amount to the balance and, when it expired, no more back; "
    "no other entry calls itself a promotion.",
    sql="""
        SELECT 'entry ' || e.id AS subject,
               CASE WHEN g.id IS NULL AND x.id IS NULL THEN 'is a promotion that nobody redeemed'
                    WHEN g.id IS NOT NULL AND moved.total IS DISTINCT FROM g.amount
                    THEN 'gave ' || coalesce(moved.total, 0) || ', the credit is ' || g.amount
                    WHEN x.id IS NOT NULL AND (moved.total >= 0 OR -moved.total > x.amount)
                    THEN 'took back ' || coalesce(-moved.total, 0) || ' of ' || x.amount
               END AS fault
        FROM ledger_entry e
        LEFT JOIN credit_lot g ON g.entry_id = e.id
        LEFT JOIN credit_lot x ON x.expired_by_id = e.id
        LEFT JOIN (
            SELECT l.entry_id, sum(l.amount) AS total
            FROM ledger_leg l JOIN ledger_account a ON a.id = l.account_id
            WHERE a.kind = 'customer' GROUP BY l.entry_id
        ) moved ON moved.entry_id = e.id
        WHERE e.kind = 'promotion'
    """,
)

CODES_ARE_COUNTED = Check(
    name="promo_codes_are_counted",
    proves="Each promo code was redeemed as often as it counts, and never past its limit.",
    sql="""
        SELECT 'promo code ' || c.code AS subject,
               CASE WHEN c.redeemed <> coalesce(r.redeemed, 0)
                    THEN 'counts ' || c.redeemed || ', was redeemed ' || coalesce(r.redeemed, 0)
                    WHEN c.redeemed > c.max_redemptions
                    THEN 'was redeemed ' || c.redeemed || ' of ' || c.max_redemptions || ' times'
               END AS fault
        FROM promo_code c
        LEFT JOIN (SELECT code_id, count(*) AS redeemed FROM promo_redemption GROUP BY code_id) r
          ON r.code_id = c.id
    """,
)

CHECKS = (CREDIT_IS_BOOKED, CODES_ARE_COUNTED)
