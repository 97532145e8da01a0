from decimal import Decimal

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0008_saved_views_and_columns"),
        ("billing", "0037_fixed_payments"),
    ]

    operations = [
        migrations.CreateModel(
            name="SignUp",
            fields=[
                (
                    "company",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="sign_up",
                        serialize=False,
                        to="accounts.company",
                    ),
                ),
                ("started_at", models.DateTimeField()),
                ("confirmed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "deposit",
                    models.CharField(
                        choices=[
                            ("none", "None"),
                            ("asked", "Asked for"),
                            ("held", "Held"),
                            ("released", "Released"),
                            ("kept", "Kept"),
                        ],
                        default="none",
                        max_length=8,
                    ),
                ),
                (
                    "verification",
                    models.CharField(
                        choices=[
                            ("pending", "Pending"),
                            ("accepted", "Accepted"),
                            ("refused", "Refused"),
                        ],
                        default="pending",
                        max_length=8,
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=300)),
                ("decided_by", models.CharField(blank=True, max_length=254)),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                (
                    "refund_percent",
                    models.DecimalField(
                        blank=True,
                        decimal_places=4,
                        help_text="Of the deposit, as it was set when the account was verified.",
                        max_digits=7,
                        null=True,
                    ),
                ),
                (
                    "refunded",
                    models.DecimalField(decimal_places=12, default=Decimal("0"), max_digits=30),
                ),
                (
                    "credited",
                    models.DecimalField(decimal_places=12, default=Decimal("0"), max_digits=30),
                ),
            ],
            options={
                "db_table": "sign_up",
                "ordering": ["-started_at"],
            },
        ),
        migrations.AlterField(
            model_name="payment",
            name="purpose",
            field=models.CharField(
                choices=[
                    ("recharge", "Recharge"),
                    ("invoice", "Invoice"),
                    ("top_up", "Top-up"),
                    ("deposit", "Deposit"),
                ],
                max_length=16,
            ),
        ),
        migrations.AddField(
            model_name="signup",
            name="payment",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="for_sign_up",
                to="billing.payment",
            ),
        ),
        migrations.AddField(
            model_name="signup",
            name="refund",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="of_sign_up",
                to="billing.refund",
            ),
        ),
        migrations.AddConstraint(
            model_name="signup",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("decided_at", None), ("verification", "pending")),
                    models.Q(
                        models.Q(("verification", "pending"), _negated=True),
                        ("decided_at__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="sign_up_decided_says_when",
            ),
        ),
    ]
