"""SQL of the inbox: records that have arrived and wait to be rated."""

from __future__ import annotations

from billing.metering.statements.arriving import COLUMNS

SHARDS = 16  # a power of two: the last bits of a hash choose

ADD_SHARDS = """
INSERT INTO inbox_shard (id)
SELECT shard FROM generate_series(0, %(shards)s - 1) AS shard
ON CONFLICT DO NOTHING
"""

# Arrivals → inbox. The shard goes by the company as far as the subject is known by now: workers
# then seldom wait for each other. Who is charged is decided when the record is rated.
RECEIVE = f"""
INSERT INTO inbox (shard, received_at, {COLUMNS})
SELECT hashtext(coalesce(k.company_id::text, a.subject)) & (%(shards)s - 1),
       %(at)s::timestamptz,
       {", ".join(f"a.{column.strip()}" for column in COLUMNS.split(","))}
FROM arrival a
LEFT JOIN subject_key k
       ON a.code = '' AND k.key = a.subject AND k.valid_from <= a.started_at
      AND (k.valid_to IS NULL OR a.started_at < k.valid_to)
ORDER BY a.n
"""  # noqa: S608 - the only text put in is a constant of ours

# Shards with records waiting.
WAITING = """
SELECT id FROM inbox_shard s WHERE EXISTS (SELECT FROM inbox i WHERE i.shard = s.id) ORDER BY id
"""

# One worker at a time rates a shard, so that its records keep their order.
CLAIM = "SELECT id FROM inbox_shard WHERE id = %(shard)s FOR UPDATE SKIP LOCKED"

# The oldest records of a shard → arrivals.
TAKE = f"""
WITH oldest AS (
    SELECT id FROM inbox WHERE shard = %(shard)s ORDER BY id LIMIT %(most)s
), taken AS (
    DELETE FROM inbox WHERE id IN (SELECT id FROM oldest) RETURNING id, {COLUMNS}
)
INSERT INTO arrival (n, {COLUMNS})
SELECT row_number() OVER (ORDER BY id), {COLUMNS} FROM taken
"""  # noqa: S608 - the only text put in is a constant of ours

# What has been taken as the only record is the one that cannot be rated.
POISON = "UPDATE arrival SET code = %(code)s, detail = %(detail)s"
