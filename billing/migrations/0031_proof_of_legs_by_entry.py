"""The proof of new legs looks up the legs of an entry by the entry, and by nothing else.

Before the table was analyzed, the planner took the least id of an entry's legs for quickly found
by walking the primary key from its beginning, past all legs there are. It cannot with `id + 0`.
"""

from django.db import migrations

CHECK = """
CREATE OR REPLACE FUNCTION ledger_check_new_legs() RETURNS trigger LANGUAGE plpgsql
SET enable_seqscan = off AS $$
DECLARE
    fault record;
BEGIN
    SELECT l.entry_id, a.currency, sum(l.amount) AS off,
           bool_or(a.id IS NULL OR (a.company_id IS NULL) <> (l.balance_after IS NULL)) AS is_unfit
    INTO fault
    FROM new_legs l
    LEFT JOIN ledger_account a ON a.id = l.account_id
    GROUP BY l.entry_id, a.currency
    HAVING sum(l.amount) <> 0
        OR bool_or(a.id IS NULL OR (a.company_id IS NULL) <> (l.balance_after IS NULL))
    LIMIT 1;
    IF FOUND AND fault.is_unfit THEN
        RAISE EXCEPTION 'A leg of entry % has no account, or a balance that does not fit it',
            fault.entry_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_leg_fits_its_account';
    ELSIF FOUND THEN
        RAISE EXCEPTION 'Legs must sum to zero in each currency: entry % is off by % %',
            fault.entry_id, fault.off, fault.currency
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_legs_sum_to_zero';
    END IF;

    SELECT l.entry_id INTO fault
    FROM (SELECT entry_id, min(id) AS first FROM new_legs GROUP BY entry_id) l
    WHERE (SELECT id FROM ledger_entry e WHERE e.id = l.entry_id LIMIT 1) IS NULL
       OR (SELECT min(k.id + 0) FROM ledger_leg k WHERE k.entry_id = l.entry_id) < l.first
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'Entry % is missing, or has legs already', fault.entry_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_entry_has_its_legs_at_once';
    END IF;
    RETURN NULL;
END
$$
"""

BY_LEAST_ID = CHECK.replace("min(k.id + 0)", "min(id)")


class Migration(migrations.Migration):
    dependencies = [("billing", "0030_charges_of_the_company_itself")]

    operations = [migrations.RunSQL(CHECK, BY_LEAST_ID)]
