"""Prices that are chosen for a record, and plans that run on past a credit limit."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("billing", "0040_write_offs")]

    operations = [
        migrations.AddField(
            model_name="price",
            name="note",
            field=models.CharField(blank=True, default="", max_length=100),
        ),
        migrations.AddField(
            model_name="plan",
            name="runs_past_limit",
            field=models.BooleanField(
                default=False,
                help_text="Runs on past the credit limit by the share of the billing settings.",
            ),
        ),
    ]
