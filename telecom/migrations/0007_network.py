"""Instances, addresses, what is on offer and what an address costs."""

import django.db.models.deletion
import uuid_utils.compat
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0008_saved_views_and_columns"),
        ("billing", "0041_chosen_prices_and_excess"),
        ("telecom", "0006_networks_are_known_to_billing"),
    ]

    operations = [
        migrations.CreateModel(
            name="Offering",
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
                ("name", models.CharField(max_length=100)),
                ("currency", models.CharField(max_length=3)),
                (
                    "hourly_price",
                    models.DecimalField(blank=True, decimal_places=12, max_digits=30, null=True),
                ),
                (
                    "monthly_fee",
                    models.DecimalField(
                        blank=True,
                        decimal_places=12,
                        help_text="What a whole billing period costs, posted by the hour.",
                        max_digits=30,
                        null=True,
                    ),
                ),
                (
                    "is_custom",
                    models.BooleanField(
                        default=False,
                        help_text="Its instances run on past the credit limit by a share of it.",
                    ),
                ),
                ("is_on_offer", models.BooleanField(default=True)),
                ("created_at", models.DateTimeField()),
                (
                    "version",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="offering",
                        to="billing.planversion",
                    ),
                ),
            ],
            options={
                "db_table": "network_offering",
                "ordering": ["name", "id"],
            },
        ),
        migrations.CreateModel(
            name="Instance",
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
                ("held_from", models.DateTimeField()),
                ("released_at", models.DateTimeField(blank=True, null=True)),
                ("stopped_at", models.DateTimeField(blank=True, null=True)),
                ("next_hour_at", models.DateTimeField(blank=True, null=True)),
                ("name", models.CharField(max_length=100)),
                (
                    "company",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(class)s_set",
                        to="accounts.company",
                    ),
                ),
                (
                    "subscription",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(class)s",
                        to="billing.subscription",
                    ),
                ),
                (
                    "offering",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="instances",
                        to="telecom.offering",
                    ),
                ),
            ],
            options={
                "db_table": "network_instance",
                "ordering": ["-held_from", "-id"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="AddressPrice",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("currency", models.CharField(max_length=3)),
                ("public", models.DecimalField(decimal_places=12, max_digits=30)),
                ("secondary", models.DecimalField(decimal_places=12, max_digits=30)),
                ("effective_from", models.DateTimeField()),
                ("set_by", models.CharField(max_length=254)),
                (
                    "version",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="address_price",
                        to="billing.planversion",
                    ),
                ),
            ],
            options={
                "db_table": "network_address_price",
                "ordering": ["-effective_from", "-id"],
                "indexes": [
                    models.Index(
                        fields=["currency", "-effective_from"], name="address_price_in_force"
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("public__gte", 0), ("secondary__gte", 0)),
                        name="address_prices_are_not_negative",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Address",
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
                ("held_from", models.DateTimeField()),
                ("released_at", models.DateTimeField(blank=True, null=True)),
                ("stopped_at", models.DateTimeField(blank=True, null=True)),
                ("next_hour_at", models.DateTimeField(blank=True, null=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("default", "Default"),
                            ("additional", "Additional"),
                            ("secondary", "Secondary"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "company",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(class)s_set",
                        to="accounts.company",
                    ),
                ),
                (
                    "subscription",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(class)s",
                        to="billing.subscription",
                    ),
                ),
                (
                    "instance",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="addresses",
                        to="telecom.instance",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "addresses",
                "db_table": "network_address",
                "ordering": ["-held_from", "-id"],
                "abstract": False,
                "indexes": [
                    models.Index(fields=["company", "-held_from"], name="address_by_company"),
                    models.Index(
                        condition=models.Q(("next_hour_at__isnull", False)),
                        fields=["next_hour_at", "company"],
                        name="address_hour_due",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("released_at", None),
                            ("released_at__gte", models.F("held_from")),
                            _connector="OR",
                        ),
                        name="address_is_released_after_its_start",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind", "additional"), ("instance__isnull", False), _connector="OR"
                        ),
                        name="address_belongs_to_an_instance",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("kind", "default"), ("released_at", None)),
                        fields=("instance",),
                        name="instance_has_one_default_address",
                    ),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="offering",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("hourly_price__gte", 0), ("monthly_fee", None)),
                    models.Q(("hourly_price", None), ("monthly_fee__gte", 0)),
                    _connector="OR",
                ),
                name="offering_costs_by_hour_or_month",
            ),
        ),
        migrations.AddIndex(
            model_name="instance",
            index=models.Index(fields=["company", "-held_from"], name="instance_by_company"),
        ),
        migrations.AddIndex(
            model_name="instance",
            index=models.Index(
                condition=models.Q(("next_hour_at__isnull", False)),
                fields=["next_hour_at", "company"],
                name="instance_hour_due",
            ),
        ),
        migrations.AddConstraint(
            model_name="instance",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("released_at", None),
                    ("released_at__gte", models.F("held_from")),
                    _connector="OR",
                ),
                name="instance_is_released_after_its_start",
            ),
        ),
    ]
