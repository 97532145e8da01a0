"""A company whose accounts have legs keeps its currency, whoever writes the row."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("billing", "0055_converted_charges"),
    ]

    operations = [
        pgtrigger.migrations.AddTrigger(
            model_name="billingprofile",
            trigger=pgtrigger.compiler.Trigger(
                name="currency_fixed",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."currency" IS DISTINCT FROM (NEW."currency"))',
                    func="\nIF EXISTS (\n    SELECT FROM ledger_account account JOIN ledger_leg leg ON leg.account_id = account.id\n    WHERE account.company_id = OLD.company_id\n) THEN\n    RAISE EXCEPTION 'currency_fixed: the accounts of company % have legs', OLD.company_id;\nEND IF;\nRETURN NEW;\n",
                    hash="02ab627d6e61cd30666a20fba05b1c10554149b5",
                    operation='UPDATE OF "currency"',
                    pgid="pgtrigger_currency_fixed_e1555",
                    table="billing_profile",
                    when="BEFORE",
                ),
            ),
        ),
    ]
