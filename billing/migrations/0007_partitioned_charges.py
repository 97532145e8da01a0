"""`usage_key` by hash of its key, `charge` by month of rating; charges are append-only.

The month is the time inside the UUIDv7 primary key, so that the key alone finds the partition and
no second charge can hide behind a month's edge. `make_charge_partition` is called by this
migration for the months at hand and by the job `make_partitions` from then on; the default
partition takes what comes before the job has run.
"""

from django.db import migrations

PARTITION_KEYS = """
ALTER TABLE usage_key RENAME TO usage_key_plain;
CREATE TABLE usage_key (LIKE usage_key_plain) PARTITION BY HASH (source, external_id);
DROP TABLE usage_key_plain;
ALTER TABLE usage_key ADD CONSTRAINT usage_key_once PRIMARY KEY (source, external_id);
DO $$ BEGIN
    FOR part IN 0..15 LOOP
        EXECUTE format(
            'CREATE TABLE usage_key_%s PARTITION OF usage_key FOR VALUES WITH (MODULUS 16, REMAINDER %s)',
            part, part);
    END LOOP;
END $$;
"""
PLAIN_KEYS = """
CREATE TABLE usage_key_plain (LIKE usage_key INCLUDING ALL);
DROP TABLE usage_key;
ALTER TABLE usage_key_plain RENAME TO usage_key;
"""

PARTITION_CHARGES = """
ALTER TABLE charge RENAME TO charge_plain;
CREATE TABLE charge (LIKE charge_plain) PARTITION BY RANGE (id);
DROP TABLE charge_plain;
ALTER TABLE charge ADD CONSTRAINT charge_id PRIMARY KEY (id);
CREATE INDEX charge_by_company ON charge (company_id, started_at, id);
CREATE INDEX charge_by_subscription ON charge (subscription_id, started_at, id);
CREATE UNIQUE INDEX charge_reversed_once ON charge (reverses, id) WHERE reverses IS NOT NULL;
CREATE TABLE charge_default PARTITION OF charge DEFAULT;
"""
PLAIN_CHARGES = """
CREATE TABLE charge_plain (LIKE charge);
DROP TABLE charge;
ALTER TABLE charge_plain RENAME TO charge;
ALTER TABLE charge ADD PRIMARY KEY (id);
"""

CREATE_PARTITION_MAKER = """
CREATE FUNCTION uuid_v7_floor(instant timestamptz) RETURNS uuid
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT rpad(lpad(to_hex(floor(extract(epoch FROM instant) * 1000)::bigint), 12, '0'), 32, '0')::uuid
$$;
CREATE FUNCTION make_charge_partition(instant timestamptz) RETURNS boolean
LANGUAGE plpgsql AS $$
DECLARE
    month timestamptz := date_trunc('month', instant, 'UTC');
    name text := to_char(month AT TIME ZONE 'UTC', '"charge_"YYYY_MM');
BEGIN
    IF to_regclass(name) IS NOT NULL THEN
        RETURN false;
    END IF;
    EXECUTE format(
        'CREATE TABLE %I PARTITION OF charge FOR VALUES FROM (%L) TO (%L)',
        name, uuid_v7_floor(month),
        uuid_v7_floor((month AT TIME ZONE 'UTC' + interval '1 month') AT TIME ZONE 'UTC'));
    RETURN true;
END $$;
SELECT make_charge_partition(now()), make_charge_partition(now() + interval '1 month'),
       make_charge_partition(now() + interval '2 months');
"""
DROP_PARTITION_MAKER = """
DROP FUNCTION make_charge_partition(timestamptz);
DROP FUNCTION uuid_v7_floor(timestamptz);
"""

FREEZE_CHARGES = """
CREATE FUNCTION charge_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'charge: rows are appended, never changed or deleted'
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON charge
FOR EACH ROW EXECUTE FUNCTION charge_is_append_only();
"""
THAW_CHARGES = """
DROP TRIGGER append_only ON charge;
DROP FUNCTION charge_is_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("billing", "0006_ledger_legs_sum_to_zero")]

    operations = [
        migrations.RunSQL(PARTITION_KEYS, PLAIN_KEYS),
        migrations.RunSQL(PARTITION_CHARGES, PLAIN_CHARGES),
        migrations.RunSQL(CREATE_PARTITION_MAKER, DROP_PARTITION_MAKER),
        migrations.RunSQL(FREEZE_CHARGES, THAW_CHARGES),
    ]
