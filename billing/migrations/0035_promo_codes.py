"""Promo codes, their redemptions, and the credit that they give."""

import django.db.models.deletion
import uuid_utils.compat
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0008_saved_views_and_columns"),
        ("billing", "0034_discounts_and_additional_services"),
    ]

    operations = [
        migrations.CreateModel(
            name="CreditsRead",
            fields=[
                (
                    "company",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="accounts.company",
                    ),
                ),
                ("through_leg", models.BigIntegerField()),
            ],
            options={
                "db_table": "credits_read",
            },
        ),
        migrations.CreateModel(
            name="PromoCode",
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
                ("code", models.CharField(max_length=40, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[("signup", "New customers"), ("existing", "Existing customers")],
                        max_length=8,
                    ),
                ),
                (
                    "percent",
                    models.DecimalField(blank=True, decimal_places=4, max_digits=7, null=True),
                ),
                (
                    "amount",
                    models.DecimalField(blank=True, decimal_places=12, max_digits=30, null=True),
                ),
                (
                    "currency",
                    models.CharField(
                        blank=True, help_text="Empty: a share, in any currency.", max_length=3
                    ),
                ),
                ("valid_from", models.DateTimeField(blank=True, null=True)),
                ("valid_until", models.DateTimeField(blank=True, null=True)),
                ("max_redemptions", models.PositiveIntegerField(blank=True, null=True)),
                ("max_per_company", models.PositiveIntegerField(default=1)),
                (
                    "invoices",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        help_text="How many of the next ones; 0 is all, empty is a credit.",
                        null=True,
                    ),
                ),
                ("redeemed", models.PositiveIntegerField(default=0)),
                ("created_by", models.CharField(max_length=254)),
                ("created_at", models.DateTimeField()),
            ],
            options={
                "db_table": "promo_code",
                "ordering": ["-id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("amount__gt", 0),
                                ("percent", None),
                                models.Q(("currency", ""), _negated=True),
                            ),
                            models.Q(
                                ("amount", None),
                                ("invoices__isnull", False),
                                ("percent__gt", 0),
                                ("percent__lte", 100),
                            ),
                            _connector="OR",
                        ),
                        name="promo_code_is_a_share_or_an_amount",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("max_redemptions", None),
                            ("redeemed__lte", models.F("max_redemptions")),
                            _connector="OR",
                        ),
                        name="promo_code_limit_is_never_passed",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Redemption",
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
                ("applied", models.PositiveIntegerField(default=0)),
                ("redeemed_by", models.CharField(max_length=254)),
                ("redeemed_at", models.DateTimeField()),
                (
                    "code",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="redemptions",
                        to="billing.promocode",
                    ),
                ),
                (
                    "company",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="redemptions",
                        to="accounts.company",
                    ),
                ),
            ],
            options={
                "db_table": "promo_redemption",
                "ordering": ["redeemed_at", "id"],
            },
        ),
        migrations.CreateModel(
            name="CreditLot",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("currency", models.CharField(max_length=3)),
                ("amount", models.DecimalField(decimal_places=12, max_digits=30)),
                ("left", models.DecimalField(decimal_places=12, max_digits=30)),
                ("expires_at", models.DateTimeField(blank=True, null=True)),
                (
                    "company",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="credit_lots",
                        to="accounts.company",
                    ),
                ),
                (
                    "entry",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="billing.entry",
                    ),
                ),
                (
                    "expired_by",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="billing.entry",
                    ),
                ),
                (
                    "redemption",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lot",
                        to="billing.redemption",
                    ),
                ),
            ],
            options={
                "db_table": "credit_lot",
                "ordering": ["id"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("left__gt", 0)),
                        fields=["expires_at"],
                        name="credit_lot_to_expire",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("left__gte", 0), ("left__lte", models.F("amount"))),
                        name="credit_lot_is_within_bounds",
                    )
                ],
            },
        ),
    ]
