"""When a change of plan takes effect; the inbox keeps the records of the provider only."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("billing", "0018_books_audits"),
    ]

    operations = [
        migrations.RemoveField(
            model_name="inboxrecord",
            name="scope",
        ),
        migrations.AddField(
            model_name="subscription",
            name="moves_at",
            field=models.DateTimeField(
                blank=True, help_text="When the next change of plan takes effect.", null=True
            ),
        ),
        migrations.AlterField(
            model_name="inboxrecord",
            name="imei",
            field=models.CharField(blank=True, max_length=20),
        ),
        migrations.AlterField(
            model_name="inboxrecord",
            name="source",
            field=models.CharField(db_collation="C", max_length=110),
        ),
        migrations.AddIndex(
            model_name="subscription",
            index=models.Index(
                condition=models.Q(("moves_at__isnull", False)),
                fields=["moves_at", "id"],
                name="subscription_move_due",
            ),
        ),
    ]
