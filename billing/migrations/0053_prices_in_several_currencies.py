"""The same price and the same fees, given in other currencies too."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0008_saved_views_and_columns"),
        ("billing", "0052_first_currencies"),
    ]

    operations = [
        migrations.CreateModel(
            name="VersionFee",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("currency", models.CharField(max_length=3)),
                ("fee", models.DecimalField(decimal_places=12, max_digits=30)),
                ("activation_fee", models.DecimalField(decimal_places=12, max_digits=30)),
            ],
            options={
                "db_table": "plan_version_fee",
            },
        ),
        migrations.AddField(
            model_name="price",
            name="currency",
            field=models.CharField(
                blank=True,
                default="",
                help_text="Another than the plan's. Empty: the plan's.",
                max_length=3,
            ),
        ),
        migrations.AddField(
            model_name="price",
            name="given_for",
            field=models.ForeignKey(
                blank=True,
                help_text="The price in the plan's currency that it stands for.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="given_in",
                to="billing.price",
            ),
        ),
        migrations.AddField(
            model_name="price",
            name="per_base",
            field=models.DecimalField(blank=True, decimal_places=42, max_digits=60, null=True),
        ),
        migrations.AddConstraint(
            model_name="price",
            constraint=models.UniqueConstraint(
                fields=("given_for", "currency"), name="price_given_once_in_a_currency"
            ),
        ),
        migrations.AddConstraint(
            model_name="price",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("currency", ""), ("given_for", None), ("per_base", None)),
                    models.Q(
                        models.Q(("currency", ""), _negated=True),
                        ("given_for__isnull", False),
                        ("per_base__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="price_in_another_currency_stands_for_one",
            ),
        ),
        migrations.AddField(
            model_name="versionfee",
            name="version",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="fees_given",
                to="billing.planversion",
            ),
        ),
        migrations.AddConstraint(
            model_name="versionfee",
            constraint=models.UniqueConstraint(
                fields=("version", "currency"), name="version_fee_once_in_a_currency"
            ),
        ),
        migrations.AddConstraint(
            model_name="versionfee",
            constraint=models.CheckConstraint(
                condition=models.Q(("activation_fee__gte", 0), ("fee__gte", 0)),
                name="version_fees_are_not_negative",
            ),
        ),
    ]
