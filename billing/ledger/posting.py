"""The SQL that books entries: one statement to lock, one to write entries, legs and balances.

Both read two relations. `make_entries` gives them as temporary tables, filled set-based by the
caller (see TABLES); `make_entry` gives the same two from parameters (see GIVEN). Booked amounts,
`balance_after` and account balances are all made by the one statement BOOK.
"""

from __future__ import annotations

from billing.ledger.models import COMPANY_KINDS

_OF_COMPANIES = tuple(map(str, COMPANY_KINDS))
_OURS = "'00000000-0000-0000-0000-000000000000'::uuid"

# Temporary, so that batches never meet. A leg of a company kind belongs to the company of its
# entry and has no detail, any other leg belongs to one of our own accounts. Legs of zero are left
# out, and entries that have no others. No index: emptying one at commit would throw away every plan
# that was made for the tables.
TABLES = """
CREATE TEMPORARY TABLE IF NOT EXISTS new_entry (
    key         varchar(200) NOT NULL,
    id          uuid NOT NULL DEFAULT uuid7(),
    kind        varchar(16) NOT NULL,
    company_id  uuid,
    at          timestamptz NOT NULL,
    by          varchar(254) NOT NULL,
    description varchar(300) NOT NULL DEFAULT '',
    document    varchar(64) NOT NULL DEFAULT '',
    reason      text NOT NULL DEFAULT ''
) ON COMMIT DELETE ROWS;
CREATE TEMPORARY TABLE IF NOT EXISTS new_leg (
    n         bigint GENERATED ALWAYS AS IDENTITY,
    entry_key varchar(200) NOT NULL,
    kind      varchar(16) NOT NULL,
    detail    varchar(64) NOT NULL DEFAULT '',
    currency  varchar(3) NOT NULL,
    amount    numeric(30, 12) NOT NULL
) ON COMMIT DELETE ROWS;
DELETE FROM new_entry;
DELETE FROM new_leg
"""

# One entry and its legs from parameters, in the shape of the tables above.
GIVEN = """
new_entry AS (
    SELECT %(key)s::varchar AS key, %(id)s::uuid AS id, %(kind)s::varchar AS kind,
           %(company)s::uuid AS company_id, %(at)s::timestamptz AS at, %(by)s::varchar AS by,
           %(description)s::varchar AS description, %(document)s::varchar AS document,
           %(reason)s::text AS reason
), new_leg AS (
    SELECT n, %(key)s::varchar AS entry_key, kind, detail, currency, amount
    FROM unnest(%(kinds)s::varchar[], %(details)s::varchar[], %(currencies)s::varchar[],
                %(amounts)s::numeric(30, 12)[])
         WITH ORDINALITY AS leg(kind, detail, currency, amount, n)
),
"""

# Opens the accounts that do not exist yet and locks those of companies: customer accounts first,
# then the others, each by primary key. Own accounts are never locked.
LOCK = f"""
needed AS (
    SELECT DISTINCT CASE WHEN l.kind IN {_OF_COMPANIES} THEN e.company_id END AS company_id,
           l.kind, l.detail, l.currency
    FROM new_leg l JOIN new_entry e ON e.key = l.entry_key
    WHERE l.amount <> 0
), opened AS (
    INSERT INTO ledger_account (company_id, kind, detail, currency, balance, held)
    SELECT company_id, kind, detail, currency,
           CASE WHEN company_id IS NOT NULL THEN 0 END, 0
    FROM needed n
    WHERE NOT EXISTS (
        SELECT FROM ledger_account a
        WHERE a.company_id = n.company_id AND a.kind = n.kind AND a.currency = n.currency
    ) AND NOT EXISTS (
        SELECT FROM ledger_account a
        WHERE a.company_id IS NULL AND n.company_id IS NULL
          AND a.kind = n.kind AND a.detail = n.detail AND a.currency = n.currency
    )
    ORDER BY company_id, kind, detail, currency
    ON CONFLICT DO NOTHING
)
SELECT a.id
FROM ledger_account a
JOIN needed n ON a.company_id = n.company_id AND a.kind = n.kind AND a.currency = n.currency
ORDER BY a.kind <> 'customer', a.id
FOR NO KEY UPDATE OF a
"""  # noqa: S608 - the only text put in is a constant of ours

# Writes the entries whose key is new, their legs with running balances, and the balances of
# company accounts. `at` is never earlier than the latest entry of the company. `name` says which
# account in one column: of a join by four the planner expects a single row, and would then go
# over all legs again for each.
BOOK = f"""
inserted AS (
    INSERT INTO ledger_entry
        (id, kind, company_id, at, recorded_at, key, description, document, by, reason)
    SELECT e.id, e.kind, e.company_id,
           greatest(e.at, (SELECT max(a.moved_at) FROM ledger_account a
                           WHERE a.company_id = e.company_id)),
           now(), e.key, e.description, e.document, e.by, e.reason
    FROM new_entry e
    WHERE EXISTS (SELECT FROM new_leg l WHERE l.entry_key = e.key AND l.amount <> 0)
    ON CONFLICT (key) DO NOTHING
    RETURNING *
), leg AS (
    SELECT i.id AS entry_id, i.at, l.n, l.amount, l.kind, l.detail, l.currency,
           o.owner, concat_ws('/', o.owner, l.kind, l.detail, l.currency) AS name
    FROM inserted i JOIN new_leg l ON l.entry_key = i.key
    CROSS JOIN LATERAL (
        SELECT CASE WHEN l.kind IN {_OF_COMPANIES} THEN i.company_id ELSE {_OURS} END AS owner) o
    WHERE l.amount <> 0
), account AS MATERIALIZED (
    SELECT d.name, a.id
    FROM (SELECT DISTINCT ON (name) name, owner, kind, detail, currency FROM leg) d
    CROSS JOIN LATERAL (
        SELECT a.id FROM ledger_account a
        WHERE a.company_id = d.owner AND a.kind = d.kind AND a.currency = d.currency
        UNION ALL
        SELECT a.id FROM ledger_account a
        WHERE a.company_id IS NULL AND d.owner = {_OURS}
          AND a.kind = d.kind AND a.detail = d.detail AND a.currency = d.currency
    ) a
), movement AS (
    SELECT l.entry_id, l.at, l.n, l.amount, a.id AS account_id, l.owner <> {_OURS} AS is_stored,
           sum(l.amount) OVER (PARTITION BY a.id ORDER BY l.at, l.entry_id, l.n) AS running
    FROM leg l
    JOIN account a USING (name)
), changed AS (
    UPDATE ledger_account a SET balance = a.balance + m.total, moved_at = m.latest
    FROM (SELECT account_id, sum(amount) AS total, max(at) AS latest
          FROM movement WHERE is_stored GROUP BY account_id) m
    WHERE a.id = m.account_id
    RETURNING a.id, a.balance - m.total AS before
), booked AS (
    INSERT INTO ledger_leg (entry_id, account_id, amount, balance_after)
    SELECT m.entry_id, m.account_id, m.amount, c.before + m.running
    FROM movement m LEFT JOIN changed c ON c.id = m.account_id
    ORDER BY m.at, m.entry_id, m.n
)
"""  # noqa: S608 - the only text put in is a constant of ours

LOCK_GIVEN = f"WITH {GIVEN}{LOCK}"
BOOK_GIVEN = f"WITH {GIVEN}{BOOK}SELECT * FROM inserted"  # noqa: S608
LOCK_TABLES = f"WITH {LOCK}"
# How many were booked, and how many there were to book.
BOOK_TABLES = f"""WITH {BOOK}SELECT (SELECT count(*) FROM inserted), count(*)
FROM new_entry e
WHERE EXISTS (SELECT FROM new_leg l WHERE l.entry_key = e.key AND l.amount <> 0)
"""  # noqa: S608

# Keys of the batch whose entry in the books differs from the one that was to be booked.
KEYS_WITH_OTHER_CONTENT = """
WITH wanted AS (
    SELECT entry_key AS key, kind, detail, currency, amount FROM new_leg WHERE amount <> 0
), found AS (
    SELECT e.key, a.kind, a.detail, a.currency, l.amount
    FROM new_entry n
    JOIN ledger_entry e ON e.key = n.key
    JOIN ledger_leg l ON l.entry_id = e.id
    JOIN ledger_account a ON a.id = l.account_id
)
SELECT n.key
FROM new_entry n JOIN ledger_entry e ON e.key = n.key
WHERE (e.kind, e.company_id) IS DISTINCT FROM (n.kind, n.company_id)
UNION
SELECT key FROM (
    (TABLE wanted EXCEPT ALL TABLE found) UNION ALL (TABLE found EXCEPT ALL TABLE wanted)
) AS difference
"""

# Waits for the transactions that are inserting legs and lets no new one begin.
LOCK_WRITERS = "SET LOCAL lock_timeout = '5s'; LOCK TABLE ledger_leg IN SHARE MODE"

# One row per own account that has moved since its last snapshot.
SNAPSHOT_OWN_ACCOUNTS = """
INSERT INTO ledger_balance_snapshot (account_id, through_leg, balance, taken_at)
SELECT a.id, %(through)s, coalesce(s.balance, 0) + moved.total, %(at)s
FROM ledger_account a
LEFT JOIN LATERAL (
    SELECT through_leg, balance FROM ledger_balance_snapshot s
    WHERE s.account_id = a.id ORDER BY through_leg DESC LIMIT 1
) s ON true
CROSS JOIN LATERAL (
    SELECT sum(l.amount) AS total FROM ledger_leg l
    WHERE l.account_id = a.id AND l.id > coalesce(s.through_leg, 0) AND l.id <= %(through)s
) moved
WHERE a.company_id IS NULL AND moved.total IS NOT NULL
ON CONFLICT DO NOTHING
"""
