"""The ledger's keys without double indexes, legs without foreign keys, accounts never deleted.

`unique=True` on text adds a second index for LIKE that nobody asks; an index on the company alone
is the beginning of another one. Entry and account of a leg are proven per statement (0006).
"""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
        ("billing", "0004_usage_and_charges"),
    ]

    operations = [
        migrations.AddField(
            model_name="account",
            name="moved_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="adjustment",
            name="key",
            field=models.CharField(default="", max_length=300),
            preserve_default=False,
        ),
        migrations.AlterField(
            model_name="account",
            name="company",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="ledger_accounts",
                to="accounts.company",
            ),
        ),
        migrations.AlterField(
            model_name="entry",
            name="company",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="entries",
                to="accounts.company",
            ),
        ),
        migrations.AlterField(
            model_name="entry",
            name="key",
            field=models.CharField(max_length=200),
        ),
        migrations.AlterField(
            model_name="hold",
            name="account",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="holds",
                to="billing.account",
            ),
        ),
        migrations.AlterField(
            model_name="hold",
            name="company",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="holds",
                to="accounts.company",
            ),
        ),
        migrations.AlterField(
            model_name="hold",
            name="key",
            field=models.CharField(max_length=300),
        ),
        migrations.AlterField(
            model_name="leg",
            name="account",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="legs",
                to="billing.account",
            ),
        ),
        migrations.AlterField(
            model_name="leg",
            name="entry",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="legs",
                to="billing.entry",
            ),
        ),
        migrations.AddIndex(
            model_name="hold",
            index=models.Index(
                condition=models.Q(("status", "active")), fields=["account"], name="hold_is_active"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="account",
            trigger=pgtrigger.compiler.Trigger(
                name="never_deleted",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                    hash="02770d552f1afad307d13507908895ba2ecfa02f",
                    operation="DELETE",
                    pgid="pgtrigger_never_deleted_79f26",
                    table="ledger_account",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="adjustment",
            constraint=models.UniqueConstraint(fields=("key",), name="adjustment_key_once"),
        ),
        migrations.AddConstraint(
            model_name="entry",
            constraint=models.UniqueConstraint(fields=("key",), name="ledger_entry_key_once"),
        ),
        migrations.AddConstraint(
            model_name="hold",
            constraint=models.UniqueConstraint(fields=("key",), name="hold_key_once"),
        ),
    ]
