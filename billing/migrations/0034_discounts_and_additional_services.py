"""Discounts and additional services of customers."""

import django.db.models.deletion
import uuid_utils.compat
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0008_saved_views_and_columns"),
        ("billing", "0033_profiles_name_their_account_plan"),
    ]

    operations = [
        migrations.CreateModel(
            name="Discount",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("name", models.CharField(max_length=120)),
                ("starts", models.DateField()),
                (
                    "cycles",
                    models.PositiveSmallIntegerField(
                        help_text="Billing periods; 0 is until it is ended."
                    ),
                ),
                (
                    "percent",
                    models.DecimalField(blank=True, decimal_places=4, max_digits=9, null=True),
                ),
                (
                    "amount",
                    models.DecimalField(blank=True, decimal_places=12, max_digits=30, null=True),
                ),
                ("created_by", models.CharField(max_length=254)),
                ("created_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "company",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="discounts",
                        to="accounts.company",
                    ),
                ),
                (
                    "plan",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="billing.plan",
                    ),
                ),
            ],
            options={
                "db_table": "discount",
                "ordering": ["created_at", "id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("amount__isnull", False),
                                ("percent", None),
                                models.Q(("amount", 0), _negated=True),
                            ),
                            models.Q(
                                ("amount", None),
                                ("percent__isnull", False),
                                models.Q(("percent", 0), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="discount_is_a_share_or_an_amount",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("percent", None), ("percent__gte", -100), _connector="OR"
                        ),
                        name="discount_is_not_above_all",
                    ),
                ],
            },
        ),
    ]
