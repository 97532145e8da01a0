"""Currencies on offer, exchange rates and what fetching them brought."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
import uuid_utils.compat
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("billing", "0050_billing_types_change_with_a_closing_invoice"),
    ]

    operations = [
        migrations.CreateModel(
            name="Currency",
            fields=[
                ("code", models.CharField(max_length=3, primary_key=True, serialize=False)),
                ("is_enabled", models.BooleanField(default=True)),
                (
                    "position",
                    models.PositiveSmallIntegerField(default=100, help_text="The order in lists."),
                ),
            ],
            options={
                "verbose_name_plural": "currencies",
                "db_table": "currency",
                "ordering": ["position", "code"],
            },
        ),
        migrations.CreateModel(
            name="RateFetch",
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
                ("source", models.CharField(max_length=32)),
                ("at", models.DateTimeField()),
                ("stored", models.PositiveSmallIntegerField(default=0)),
                (
                    "missing",
                    models.CharField(
                        blank=True,
                        help_text="Currencies on offer that the source does not quote.",
                        max_length=700,
                    ),
                ),
                ("problem", models.CharField(blank=True, max_length=500)),
            ],
            options={
                "verbose_name_plural": "rate fetches",
                "db_table": "rate_fetch",
                "ordering": ["-at", "-id"],
            },
        ),
        migrations.CreateModel(
            name="ExchangeRate",
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
                ("base", models.CharField(max_length=3)),
                ("currency", models.CharField(max_length=3)),
                ("units_per_base", models.DecimalField(decimal_places=18, max_digits=36)),
                ("valid_from", models.DateTimeField()),
                ("revision", models.PositiveSmallIntegerField(default=0)),
                ("source", models.CharField(max_length=32)),
                (
                    "quoted_on",
                    models.DateField(
                        blank=True, help_text="The day that the source gives for it.", null=True
                    ),
                ),
                ("set_by", models.CharField(max_length=254)),
                ("set_at", models.DateTimeField()),
                (
                    "of_base",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="into_others",
                        to="billing.exchangerate",
                    ),
                ),
                (
                    "of_currency",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="from_others",
                        to="billing.exchangerate",
                    ),
                ),
            ],
            options={
                "db_table": "exchange_rate",
                "ordering": ["-valid_from", "-revision", "-id"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("of_base", None)),
                        fields=["base", "currency", "-valid_from", "-revision"],
                        name="exchange_rate_in_force",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("units_per_base__gt", 0)),
                        name="exchange_rate_is_positive",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("base", models.F("currency")), _negated=True),
                        name="exchange_rate_is_between_two_currencies",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("of_base", None)),
                        fields=("base", "currency", "valid_from", "revision"),
                        name="exchange_rate_once",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("of_base", None), _negated=True),
                        fields=("of_base", "of_currency"),
                        name="derived_exchange_rate_once",
                        nulls_distinct=False,
                    ),
                ],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="exchangerate",
            trigger=pgtrigger.compiler.Trigger(
                name="exchange_rate_append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="f3cd7173f1749175a0acd0ee8fcf0dfd0c125444",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_exchange_rate_append_only_ea4a8",
                    table="exchange_rate",
                    when="BEFORE",
                ),
            ),
        ),
    ]
