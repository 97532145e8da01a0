"""Charges that belong to a company alone: no subscription, no plan, but words of their own."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0008_saved_views_and_columns"),
        ("billing", "0029_dunning"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="periodtotal",
            name="period_total_once",
        ),
        migrations.AddField(
            model_name="charge",
            name="label",
            field=models.CharField(db_default="", default="", max_length=200),
        ),
        migrations.AddField(
            model_name="periodtotal",
            name="label",
            field=models.CharField(default="", max_length=200),
        ),
        migrations.AlterField(
            model_name="charge",
            name="kind",
            field=models.CharField(
                choices=[
                    ("usage", "Usage"),
                    ("monthly_fee", "Monthly fee"),
                    ("activation_fee", "Activation fee"),
                    ("reservation", "Reservation"),
                    ("late_fee", "Late fee"),
                    ("commitment_shortfall", "Commitment shortfall"),
                    ("discount", "Discount"),
                    ("surcharge", "Surcharge"),
                    ("promotion", "Promotion"),
                ],
                max_length=24,
            ),
        ),
        migrations.AlterField(
            model_name="charge",
            name="subscription",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="charges",
                to="billing.subscription",
            ),
        ),
        migrations.AlterField(
            model_name="charge",
            name="version",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="billing.planversion",
            ),
        ),
        migrations.AlterField(
            model_name="daytotal",
            name="kind",
            field=models.CharField(
                choices=[
                    ("usage", "Usage"),
                    ("monthly_fee", "Monthly fee"),
                    ("activation_fee", "Activation fee"),
                    ("reservation", "Reservation"),
                    ("late_fee", "Late fee"),
                    ("commitment_shortfall", "Commitment shortfall"),
                    ("discount", "Discount"),
                    ("surcharge", "Surcharge"),
                    ("promotion", "Promotion"),
                ],
                max_length=24,
            ),
        ),
        migrations.AlterField(
            model_name="periodtotal",
            name="kind",
            field=models.CharField(
                choices=[
                    ("usage", "Usage"),
                    ("monthly_fee", "Monthly fee"),
                    ("activation_fee", "Activation fee"),
                    ("reservation", "Reservation"),
                    ("late_fee", "Late fee"),
                    ("commitment_shortfall", "Commitment shortfall"),
                    ("discount", "Discount"),
                    ("surcharge", "Surcharge"),
                    ("promotion", "Promotion"),
                ],
                max_length=24,
            ),
        ),
        migrations.AlterField(
            model_name="periodtotal",
            name="version",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="billing.planversion",
            ),
        ),
        migrations.AddConstraint(
            model_name="periodtotal",
            constraint=models.UniqueConstraint(
                fields=(
                    "period",
                    "version",
                    "country",
                    "price",
                    "tax_percent",
                    "use_period",
                    "kind",
                    "meter",
                    "label",
                ),
                name="period_total_once",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="periodtotal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        (
                            "kind__in",
                            (
                                "late_fee",
                                "commitment_shortfall",
                                "discount",
                                "surcharge",
                                "promotion",
                            ),
                        ),
                        ("version", None),
                    ),
                    models.Q(
                        models.Q(
                            (
                                "kind__in",
                                (
                                    "late_fee",
                                    "commitment_shortfall",
                                    "discount",
                                    "surcharge",
                                    "promotion",
                                ),
                            ),
                            _negated=True,
                        ),
                        ("label", ""),
                        ("version__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="period_total_of_a_plan_or_of_the_company",
            ),
        ),
    ]
