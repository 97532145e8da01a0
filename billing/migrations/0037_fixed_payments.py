import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0008_saved_views_and_columns"),
        ("billing", "0036_feature_previews"),
    ]

    operations = [
        migrations.CreateModel(
            name="FixedPayment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "charge_id",
                    models.UUIDField(help_text="Charges are partitioned by month: no foreign key."),
                ),
                ("charged_at", models.DateTimeField()),
            ],
            options={
                "db_table": "fixed_payment",
                "ordering": ["-id"],
            },
        ),
        migrations.RemoveConstraint(
            model_name="periodtotal",
            name="period_total_of_a_plan_or_of_the_company",
        ),
        migrations.AlterField(
            model_name="billingprofile",
            name="contract_type",
            field=models.CharField(
                choices=[("payg", "Pay as you go"), ("fixed", "Fixed payment")],
                default="payg",
                max_length=8,
            ),
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
                    ("fixed_payment", "Fixed payment"),
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
            model_name="daytotal",
            name="kind",
            field=models.CharField(
                choices=[
                    ("usage", "Usage"),
                    ("monthly_fee", "Monthly fee"),
                    ("activation_fee", "Activation fee"),
                    ("reservation", "Reservation"),
                    ("fixed_payment", "Fixed payment"),
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
                    ("fixed_payment", "Fixed payment"),
                    ("late_fee", "Late fee"),
                    ("commitment_shortfall", "Commitment shortfall"),
                    ("discount", "Discount"),
                    ("surcharge", "Surcharge"),
                    ("promotion", "Promotion"),
                ],
                max_length=24,
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
                                "fixed_payment",
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
                                    "fixed_payment",
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
        migrations.AddField(
            model_name="fixedpayment",
            name="company",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="fixed_payments",
                to="accounts.company",
            ),
        ),
        migrations.AddField(
            model_name="fixedpayment",
            name="period",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="fixed_payment",
                to="billing.billingperiod",
            ),
        ),
    ]
