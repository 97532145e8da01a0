"""SQL of the inbox: records that have arrived and wait to be rated."""

from __future__ import annotations

from billing.metering.statements.arriving import COLUMNS, RESOLVE

SHARDS = 16  # a power of two: the last bits of a hash choose

ADD_SHARDS = """
INSERT INTO inbox_shard (id)
SELECT shard FROM generate_series(0, %(shards)s - 1) AS shard
ON CONFLICT DO NOTHING
"""

_NAMES = [name.strip() for name in COLUMNS.split(",")]

# Arrivals → a parcel for each shard. The shard goes by the company as far as the subject is known
# by now: workers then seldom wait for each other. Who is charged is decided at rating.
RECEIVE = f"""
INSERT INTO inbox (arrival, first, shard, size, received_at, {COLUMNS})
SELECT nextval('inbox_arrival'), 0, shard, count(*), %(at)s::timestamptz,
       {", ".join(f"array_agg({name})" for name in _NAMES)}
FROM (
    SELECT hashtext(coalesce(k.company_id::text, a.subject)) & (%(shards)s - 1) AS shard, a.*
    FROM arrival a
    LEFT JOIN LATERAL (
        SELECT company_id FROM subject_key k
        WHERE a.code = '' AND k.key = a.subject AND k.valid_from <= a.started_at
          AND (k.valid_to IS NULL OR a.started_at < k.valid_to)
        LIMIT 1) k ON true
    ORDER BY shard, n) a
GROUP BY shard
"""  # noqa: S608 - the only text put in is a constant of ours

# Shards with records waiting.
WAITING = """
SELECT s.id FROM inbox_shard s
CROSS JOIN LATERAL (SELECT FROM inbox i WHERE i.shard = s.id LIMIT 1) first
ORDER BY s.id
"""

# One worker at a time rates a shard, so that its records keep their order.
CLAIM = "SELECT id FROM inbox_shard WHERE id = %(shard)s FOR UPDATE SKIP LOCKED"

# The parcel that does not fit into the batch whole is cut: `keep` records of it still fit, the rest
# becomes a parcel behind it.
CUT = f"""
WITH crossing AS (
    SELECT id, %(most)s::integer - (through - size)::integer AS keep
    FROM (SELECT id, size, sum(size) OVER (ORDER BY arrival, first) AS through
          FROM (SELECT id, arrival, first, size FROM inbox WHERE shard = %(shard)s::smallint
                ORDER BY arrival, first LIMIT %(most)s) p) w
    WHERE through > %(most)s AND through - size < %(most)s
), rest AS (
    INSERT INTO inbox (arrival, first, shard, size, received_at, {COLUMNS})
    SELECT arrival, first + keep, shard, size - keep, received_at,
           {", ".join(f"{name}[keep + 1:]" for name in _NAMES)}
    FROM inbox JOIN crossing USING (id)
)
UPDATE inbox i SET size = keep, {", ".join(f"{name} = i.{name}[:keep]" for name in _NAMES)}
FROM crossing c WHERE i.id = c.id
"""  # noqa: S608 - the only text put in is a constant of ours

# The oldest parcels of a shard, as many as fit into a batch → arrivals, and on through the
# resolving statement.
TAKE = f"""
WITH oldest AS (
    SELECT id, sum(size) OVER (ORDER BY arrival, first) AS through
    FROM (SELECT id, arrival, first, size FROM inbox WHERE shard = %(shard)s::smallint
          ORDER BY arrival, first LIMIT %(most)s) p
), taken AS (
    DELETE FROM inbox WHERE id IN (SELECT id FROM oldest WHERE through <= %(most)s)
    RETURNING arrival, first, {COLUMNS}
), arrival AS (
    SELECT row_number() OVER (ORDER BY t.arrival, t.first, r.i) AS n,
           {", ".join(f"r.{name}" for name in _NAMES)}
    FROM taken t
    CROSS JOIN LATERAL unnest({", ".join(f"t.{name}" for name in _NAMES)})
        WITH ORDINALITY AS r({COLUMNS}, i)
)
{RESOLVE}"""  # noqa: S608 - the only text put in is a constant of ours

# What is taken as the only record of a batch is the one that cannot be rated.
POISON = """
UPDATE inbox SET code[1] = %(code)s, detail[1] = %(detail)s
WHERE id = (SELECT id FROM inbox WHERE shard = %(shard)s::smallint ORDER BY arrival, first LIMIT 1)
"""
