"""Periods, documents, allocations, and the sum that ties them to the balance."""

from __future__ import annotations

from billing.insight.audit.checks import Check

PERIODS_DO_NOT_OVERLAP = Check(
    name="periods_do_not_overlap",
    proves="The billing periods of a company never overlap.",
    sql="""
        SELECT 'period ' || id AS subject,
               CASE WHEN following < ends_at
                    THEN 'ends at ' || ends_at || ', the next begins at ' || following END AS fault
        FROM (SELECT id, ends_at,
                     lead(starts_at) OVER (PARTITION BY company_id ORDER BY starts_at) AS following
              FROM billing_period) AS line
    """,
)

NUMBERS_HAVE_NO_GAPS = Check(
    name="numbers_have_no_gaps",
    proves="Each number that a series has given stands on one document.",
    sql="""
        SELECT 'series ' || coalesce(s.kind, d.kind) AS subject,
               CASE WHEN coalesce(s.next_number - 1, 0) <> coalesce(d.documents, 0)
                    THEN 'has given ' || coalesce(s.next_number - 1, 0) || ' numbers to '
                         || coalesce(d.documents, 0) || ' documents' END AS fault
        FROM document_series s
        FULL JOIN (
            SELECT kind, count(*) AS documents FROM invoice WHERE number IS NOT NULL GROUP BY kind
            UNION ALL
            SELECT 'receipt', count(*) FROM receipt HAVING count(*) > 0
            UNION ALL
            SELECT 'top_up_invoice', count(*) FROM top_up_invoice HAVING count(*) > 0
        ) d ON d.kind = s.kind
    """,
)

DOCUMENTS_ADD_UP = Check(
    name="documents_add_up",
    proves="The lines of each document sum to its subtotal, its taxes to its tax, both to its "
    "total, and its entry moved subtotal and tax.",
    sql="""
        SELECT coalesce('document ' || i.number, 'draft ' || i.id) AS subject,
               CASE WHEN i.subtotal + i.tax <> i.total
                    THEN 'says ' || i.subtotal || ' + ' || i.tax || ' = ' || i.total
                    WHEN i.subtotal <> coalesce(l.amount, 0)
                    THEN 'has a subtotal of ' || i.subtotal || ', its lines sum to '
                         || coalesce(l.amount, 0)
                    WHEN i.tax <> coalesce(t.amount, 0)
                    THEN 'has a tax of ' || i.tax || ', its rates sum to ' || coalesce(t.amount, 0)
                    WHEN i.entry_id IS NOT NULL AND (coalesce(m.net, 0), coalesce(m.tax, 0)) <>
                         (CASE i.kind WHEN 'invoice' THEN 1 ELSE -1 END * i.subtotal,
                          CASE i.kind WHEN 'invoice' THEN 1 ELSE -1 END * i.tax)
                    THEN 'has moved ' || coalesce(m.net, 0) || ' + ' || coalesce(m.tax, 0)
               END AS fault
        FROM invoice i
        LEFT JOIN (SELECT invoice_id, sum(amount) AS amount FROM invoice_line
                   GROUP BY invoice_id) l ON l.invoice_id = i.id
        LEFT JOIN (SELECT invoice_id, sum(amount) AS amount FROM invoice_tax
                   GROUP BY invoice_id) t ON t.invoice_id = i.id
        LEFT JOIN (
            SELECT l.entry_id,
                   sum(l.amount) FILTER (WHERE a.kind IN ('revenue', 'deferred')) AS net,
                   sum(l.amount) FILTER (WHERE a.kind = 'tax') AS tax
            FROM ledger_leg l JOIN ledger_account a ON a.id = l.account_id
            WHERE a.kind IN ('revenue', 'deferred', 'tax') GROUP BY l.entry_id
        ) m ON m.entry_id = i.entry_id
    """,
)

ALLOCATIONS_FIT_INVOICES = Check(
    name="allocations_fit_invoices",
    proves="What is due of each invoice is what it asked for less what was allocated to it, and "
    "never below zero.",
    sql="""
        SELECT 'invoice ' || i.number AS subject,
               CASE WHEN i.amount_due < 0 THEN 'has ' || i.amount_due || ' due'
                    WHEN i.status <> 'void' AND i.amount_due
                         <> i.total - CASE i.billing_type WHEN 'prepaid' THEN i.rounding_difference
                                      ELSE 0 END - coalesce(a.amount, 0)
                    THEN 'of ' || i.total || ' has ' || i.amount_due || ' due and '
                         || coalesce(a.amount, 0) || ' allocated' END AS fault
        FROM invoice i
        LEFT JOIN (SELECT invoice_id, sum(amount) AS amount FROM allocation
                   WHERE released_at IS NULL GROUP BY invoice_id) a ON a.invoice_id = i.id
        WHERE i.kind = 'invoice' AND i.number IS NOT NULL
    """,
)

ALLOCATIONS_FIT_CREDITS = Check(
    name="allocations_fit_credits",
    proves="No money pays more than there is of it.",
    sql="""
        SELECT 'fund ' || f.entry_id AS subject,
               CASE WHEN f.amount > 0 AND coalesce(a.amount, 0) + f.unapplied > f.amount
                    THEN 'of ' || f.amount || ' has ' || coalesce(a.amount, 0) || ' allocated and '
                         || f.unapplied || ' free' END AS fault
        FROM fund f
        LEFT JOIN (SELECT credit_id, sum(amount) AS amount FROM allocation
                   WHERE released_at IS NULL GROUP BY credit_id) a ON a.credit_id = f.entry_id
    """,
)

BALANCES_ARE_FUNDS_LESS_DEBTS = Check(
    name="balances_are_funds_less_debts",
    proves="Each customer balance is its free funds, less what is due on invoices, less what is "
    "uninvoiced with tax (invariant 12).",
    sql="""
        SELECT 'company ' || c.company_id || ' ' || c.currency AS subject,
               CASE WHEN c.balance <> coalesce(f.free, 0) + coalesce(n.unread, 0)
                                      - coalesce(d.due, 0) - coalesce(u.uninvoiced, 0)
                    THEN 'has ' || c.balance || ' with ' || coalesce(f.free, 0)
                         + coalesce(n.unread, 0) || ' free, ' || coalesce(d.due, 0) || ' due, '
                         || coalesce(u.uninvoiced, 0) || ' uninvoiced' END AS fault
        FROM ledger_account c
        LEFT JOIN (SELECT company_id, currency, sum(unapplied) AS free FROM fund
                   GROUP BY company_id, currency) f USING (company_id, currency)
        LEFT JOIN (SELECT company_id, currency, sum(amount_due) AS due FROM invoice
                   WHERE kind = 'invoice' AND number IS NOT NULL
                   GROUP BY company_id, currency) d USING (company_id, currency)
        LEFT JOIN (SELECT company_id, currency, sum(balance) AS uninvoiced FROM ledger_account
                   WHERE kind IN ('uninvoiced', 'uninvoiced_tax')
                   GROUP BY company_id, currency) u USING (company_id, currency)
        LEFT JOIN (
            SELECT l.account_id, sum(l.amount) AS unread
            FROM ledger_account a
            JOIN ledger_leg l ON l.account_id = a.id
            JOIN ledger_entry e ON e.id = l.entry_id
            LEFT JOIN funds_read r ON (r.company_id, r.currency) = (a.company_id, a.currency)
            WHERE a.kind = 'customer' AND l.id > coalesce(r.through_leg, 0)
              AND e.kind NOT IN ('usage', 'fee', 'rerating', 'invoice')
            GROUP BY l.account_id
        ) n ON n.account_id = c.id
        WHERE c.kind = 'customer'
    """,
)

WRITE_OFFS_ARE_BOOKED = Check(
    name="write_offs_are_booked",
    proves="Each invoice that is given up has one booked write-off, whose entry moved its amount.",
    sql="""
        SELECT 'invoice ' || i.number AS subject,
               CASE WHEN i.status = 'uncollectible' AND w.id IS NULL
                    THEN 'is given up without a write-off'
                    WHEN i.status <> 'uncollectible' AND w.id IS NOT NULL
                    THEN 'is ' || i.status || ' and was written off'
                    WHEN moved.total IS DISTINCT FROM w.amount
                    THEN 'was written off by ' || w.amount || ', its entry moved '
                         || coalesce(moved.total, 0) END AS fault
        FROM invoice i
        LEFT JOIN write_off w ON w.invoice_id = i.id AND w.status = 'booked'
        LEFT JOIN (
            SELECT l.entry_id, sum(l.amount) AS total
            FROM ledger_leg l JOIN ledger_account a ON a.id = l.account_id
            WHERE a.kind = 'customer' GROUP BY l.entry_id
        ) moved ON moved.entry_id = w.entry_id
        WHERE i.status = 'uncollectible' OR w.id IS NOT NULL
    """,
)

TAX_ACCOUNTS_ARE_WHAT_DOCUMENTS_SAY = Check(
    name="tax_accounts_are_what_documents_say",
    proves="The account of each tax rate holds the tax of the invoices less that of the credit "
    "notes.",
    sql="""
        SELECT 'tax:' || trim_scale(percent) || ' ' || currency AS subject,
               CASE WHEN coalesce(d.tax, 0) <> coalesce(m.tax, 0)
                    THEN 'stands at ' || coalesce(m.tax, 0) || ' in the ledger, documents say '
                         || coalesce(d.tax, 0) END AS fault
        FROM (
            SELECT i.currency, t.percent,
                   sum(CASE i.kind WHEN 'invoice' THEN t.amount ELSE -t.amount END) AS tax
            FROM invoice_tax t JOIN invoice i ON i.id = t.invoice_id
            WHERE i.number IS NOT NULL GROUP BY i.currency, t.percent
        ) d
        FULL JOIN (
            SELECT a.currency, a.detail::numeric AS percent, sum(l.amount) AS tax
            FROM ledger_account a JOIN ledger_leg l ON l.account_id = a.id
            WHERE a.kind = 'tax' GROUP BY a.currency, a.detail::numeric
        ) m USING (currency, percent)
    """,
)

CHECKS = (
    TAX_ACCOUNTS_ARE_WHAT_DOCUMENTS_SAY,
    WRITE_OFFS_ARE_BOOKED,
    PERIODS_DO_NOT_OVERLAP,
    NUMBERS_HAVE_NO_GAPS,
    DOCUMENTS_ADD_UP,
    ALLOCATIONS_FIT_INVOICES,
    ALLOCATIONS_FIT_CREDITS,
    BALANCES_ARE_FUNDS_LESS_DEBTS,
)
