from decimal import Decimal

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0008_saved_views_and_columns"),
        ("billing", "0038_sign_ups_and_deposits"),
    ]

    operations = [
        migrations.CreateModel(
            name="Closing",
            fields=[
                (
                    "company",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="closing",
                        serialize=False,
                        to="accounts.company",
                    ),
                ),
                ("closed_at", models.DateTimeField()),
                ("by", models.CharField(max_length=254)),
                ("reason", models.CharField(max_length=300)),
                (
                    "to_transfer",
                    models.DecimalField(decimal_places=12, default=Decimal("0"), max_digits=30),
                ),
                ("transferred_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "db_table": "closing",
                "ordering": ["-closed_at"],
            },
        ),
        migrations.AddField(
            model_name="closing",
            name="entry",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="closing",
                to="billing.entry",
            ),
        ),
        migrations.AddField(
            model_name="closing",
            name="invoice",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="billing.invoice",
            ),
        ),
        migrations.AddConstraint(
            model_name="closing",
            constraint=models.CheckConstraint(
                condition=models.Q(("to_transfer__gte", 0)), name="closing_transfer_is_not_negative"
            ),
        ),
    ]
