"""What the ledger needs of the database beyond columns: the check of new legs, UUIDv7, room to move.

The check runs once per statement over all of its new legs (invariant 1 of the design). It proves
for each leg that its entry and account exist and that the running balance stands on legs of
company accounts and only there; for each entry that its legs sum to zero in each currency and
that it had none before.
"""

from django.db import migrations

CHECK_NEW_LEGS = """
CREATE FUNCTION ledger_check_new_legs() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    fault text;
BEGIN
    SELECT format('leg of entry %s on account %s', l.entry_id, l.account_id) INTO fault
    FROM new_legs l
    LEFT JOIN ledger_account a ON a.id = l.account_id
    WHERE a.id IS NULL OR (a.company_id IS NULL) <> (l.balance_after IS NULL)
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION '% has no account, or a balance that does not fit it', fault
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_leg_fits_its_account';
    END IF;

    SELECT format('entry %s is off by %s %s', l.entry_id, sum(l.amount), a.currency) INTO fault
    FROM new_legs l
    JOIN ledger_account a ON a.id = l.account_id
    GROUP BY l.entry_id, a.currency
    HAVING sum(l.amount) <> 0
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'Legs must sum to zero in each currency: %', fault
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_legs_sum_to_zero';
    END IF;

    SELECT format('entry %s', l.entry_id) INTO fault
    FROM (SELECT entry_id, count(*) AS legs FROM new_legs GROUP BY entry_id) l
    LEFT JOIN ledger_entry e ON e.id = l.entry_id
    WHERE e.id IS NULL OR l.legs <> (SELECT count(*) FROM ledger_leg k WHERE k.entry_id = e.id)
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION '% is missing, or has legs already', fault
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_entry_has_its_legs_at_once';
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER ledger_check_new_legs AFTER INSERT ON ledger_leg
    REFERENCING NEW TABLE AS new_legs
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_check_new_legs();
"""

DROP_CHECK = """
DROP TRIGGER ledger_check_new_legs ON ledger_leg;
DROP FUNCTION ledger_check_new_legs();
"""

# Milliseconds since 1970 over the first six bytes of a random UUID, version bits 0100 to 0111.
UUID7 = """
CREATE FUNCTION uuid7() RETURNS uuid LANGUAGE sql VOLATILE PARALLEL SAFE AS $$
    SELECT encode(set_bit(set_bit(overlay(
        uuid_send(gen_random_uuid())
        PLACING substring(int8send((extract(epoch FROM clock_timestamp()) * 1000)::bigint) FROM 3)
        FROM 1 FOR 6
    ), 52, 1), 53, 1), 'hex')::uuid
$$
"""


class Migration(migrations.Migration):
    dependencies = [("billing", "0005_ledger_keys_and_indexes")]

    operations = [
        migrations.RunSQL(CHECK_NEW_LEGS, DROP_CHECK),
        migrations.RunSQL(UUID7, "DROP FUNCTION uuid7()"),
        # Balances change all the time: room on the page keeps the change off the indexes.
        migrations.RunSQL(
            "ALTER TABLE ledger_account SET (fillfactor = 50)",
            "ALTER TABLE ledger_account RESET (fillfactor)",
        ),
    ]
