"""Usage on its way in, keys, charges, rejects, conflicts and the totals kept beside them."""

from decimal import Decimal

import django.db.models.deletion
import django.db.models.expressions
import uuid_utils.compat
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("billing", "0003_dated_subject_keys"),
    ]

    operations = [
        migrations.CreateModel(
            name="Charge",
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
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("usage", "Usage"),
                            ("monthly_fee", "Monthly Fee"),
                            ("activation_fee", "Activation Fee"),
                        ],
                        max_length=16,
                    ),
                ),
                ("source", models.CharField(db_collation="C", max_length=110)),
                ("external_id", models.CharField(db_collation="C", max_length=200)),
                ("subject", models.CharField(db_collation="C", max_length=128)),
                ("country", models.CharField(blank=True, max_length=2)),
                ("session", models.CharField(blank=True, max_length=128)),
                ("started_at", models.DateTimeField()),
                ("rated_at", models.DateTimeField()),
                ("quantity", models.BigIntegerField()),
                ("billed", models.BigIntegerField()),
                ("from_allowance", models.BigIntegerField(default=0)),
                ("unit_price", models.DecimalField(decimal_places=42, max_digits=60, null=True)),
                ("amount", models.DecimalField(decimal_places=12, max_digits=30)),
                (
                    "tax_percent",
                    models.DecimalField(decimal_places=4, default=Decimal("0"), max_digits=7),
                ),
                (
                    "tax",
                    models.DecimalField(decimal_places=12, default=Decimal("0"), max_digits=30),
                ),
                ("reverses", models.UUIDField(null=True)),
            ],
            options={
                "db_table": "charge",
                "ordering": ["-started_at", "-id"],
            },
        ),
        migrations.CreateModel(
            name="DayTotal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("usage", "Usage"),
                            ("monthly_fee", "Monthly Fee"),
                            ("activation_fee", "Activation Fee"),
                        ],
                        max_length=16,
                    ),
                ),
                ("quantity", models.DecimalField(decimal_places=0, max_digits=30)),
                ("amount", models.DecimalField(decimal_places=12, max_digits=30)),
                ("tax", models.DecimalField(decimal_places=12, max_digits=30)),
            ],
            options={
                "db_table": "day_total",
                "ordering": ["company", "day"],
            },
        ),
        migrations.CreateModel(
            name="FeatureSnapshot",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("values", models.JSONField()),
            ],
            options={
                "db_table": "feature_snapshot",
            },
        ),
        migrations.CreateModel(
            name="InboxRecord",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("shard", models.PositiveSmallIntegerField()),
                (
                    "scope",
                    models.UUIDField(
                        help_text="Company whose key sent it; empty: the provider.", null=True
                    ),
                ),
                ("source", models.CharField(db_collation="C", max_length=64)),
                ("external_id", models.CharField(db_collation="C", max_length=200)),
                ("subject", models.CharField(db_collation="C", max_length=128)),
                ("started_at", models.DateTimeField(null=True)),
                ("quantity", models.BigIntegerField(null=True)),
                ("meter", models.CharField(blank=True, max_length=64)),
                ("country", models.CharField(blank=True, max_length=2)),
                ("plmn", models.CharField(blank=True, db_collation="C", max_length=6)),
                ("session", models.CharField(blank=True, max_length=128)),
                ("imei", models.CharField(blank=True, max_length=16)),
                ("content_hash", models.UUIDField()),
                ("code", models.CharField(blank=True, max_length=16)),
                ("detail", models.CharField(blank=True, max_length=300)),
                ("raw", models.JSONField(null=True)),
                ("received_at", models.DateTimeField()),
            ],
            options={
                "db_table": "inbox",
            },
        ),
        migrations.CreateModel(
            name="InboxShard",
            fields=[
                ("id", models.PositiveSmallIntegerField(primary_key=True, serialize=False)),
            ],
            options={
                "db_table": "inbox_shard",
            },
        ),
        migrations.CreateModel(
            name="PeriodTotal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("usage", "Usage"),
                            ("monthly_fee", "Monthly Fee"),
                            ("activation_fee", "Activation Fee"),
                        ],
                        max_length=16,
                    ),
                ),
                ("country", models.CharField(blank=True, max_length=2)),
                ("tax_percent", models.DecimalField(decimal_places=4, max_digits=7)),
                ("charges", models.BigIntegerField()),
                ("quantity", models.DecimalField(decimal_places=0, max_digits=30)),
                ("included", models.DecimalField(decimal_places=0, max_digits=30)),
                ("amount", models.DecimalField(decimal_places=12, max_digits=30)),
                ("tax", models.DecimalField(decimal_places=12, max_digits=30)),
            ],
            options={
                "db_table": "period_total",
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="PlmnCountry",
            fields=[
                (
                    "plmn",
                    models.CharField(
                        db_collation="C", max_length=6, primary_key=True, serialize=False
                    ),
                ),
                ("country", models.CharField(max_length=2)),
                ("network", models.CharField(blank=True, max_length=200)),
            ],
            options={
                "db_table": "plmn_country",
            },
        ),
        migrations.CreateModel(
            name="SessionCover",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("session", models.CharField(db_collation="C", max_length=128)),
                (
                    "quantity",
                    models.DecimalField(decimal_places=0, default=Decimal("0"), max_digits=30),
                ),
                (
                    "amount",
                    models.DecimalField(decimal_places=12, default=Decimal("0"), max_digits=30),
                ),
            ],
            options={
                "db_table": "session_cover",
            },
        ),
        migrations.CreateModel(
            name="TierUse",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "used",
                    models.DecimalField(decimal_places=0, default=Decimal("0"), max_digits=30),
                ),
            ],
            options={
                "db_table": "tier_use",
            },
        ),
        migrations.CreateModel(
            name="UsageBatch",
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
                ("source", models.CharField(max_length=64)),
                ("at", models.DateTimeField()),
                ("received", models.PositiveIntegerField()),
                ("accepted", models.PositiveIntegerField()),
                ("duplicates", models.PositiveIntegerField()),
                ("conflicts", models.PositiveIntegerField()),
                ("rejected", models.PositiveIntegerField()),
            ],
            options={
                "db_table": "usage_batch",
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="UsageConflict",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("source", models.CharField(db_collation="C", max_length=110)),
                ("external_id", models.CharField(db_collation="C", max_length=200)),
                ("content_hash", models.UUIDField()),
                (
                    "charge_id",
                    models.UUIDField(help_text="The charge of the record that came first."),
                ),
                ("record", models.JSONField()),
                ("times", models.PositiveIntegerField(default=1)),
                ("first_at", models.DateTimeField()),
                ("last_at", models.DateTimeField()),
            ],
            options={
                "db_table": "usage_conflict",
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="UsageKey",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "source",
                        "external_id",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("source", models.CharField(db_collation="C", max_length=110)),
                ("external_id", models.CharField(db_collation="C", max_length=200)),
                ("content_hash", models.UUIDField()),
                ("charge_id", models.UUIDField()),
            ],
            options={
                "db_table": "usage_key",
            },
        ),
        migrations.CreateModel(
            name="UsageReject",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("source", models.CharField(db_collation="C", max_length=110)),
                ("identity", models.CharField(db_collation="C", max_length=200)),
                ("external_id", models.CharField(blank=True, max_length=200)),
                ("scope", models.UUIDField(null=True)),
                (
                    "code",
                    models.CharField(
                        choices=[
                            ("unknown_subject", "No subscription had this subject at that time"),
                            ("unknown_country", "The country or network is not known"),
                            ("country_blocked", "The plan blocks this country"),
                            ("no_price", "The plan has no price for it"),
                            ("no_rate", "No exchange rate into the currency of the company"),
                            ("invalid_quantity", "The quantity is not a whole number in range"),
                            ("invalid_time", "The time is not an instant in range"),
                            ("invalid_record", "The record cannot be read"),
                        ],
                        max_length=16,
                    ),
                ),
                ("detail", models.CharField(max_length=300)),
                ("record", models.JSONField()),
                ("times", models.PositiveIntegerField(default=1)),
                ("first_at", models.DateTimeField()),
                ("last_at", models.DateTimeField()),
                (
                    "charge_id",
                    models.UUIDField(
                        help_text="The charge it became after its correction.", null=True
                    ),
                ),
            ],
            options={
                "db_table": "usage_reject",
                "ordering": ["-id"],
            },
        ),
        migrations.AddField(
            model_name="charge",
            name="company",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="charges",
                to="accounts.company",
            ),
        ),
        migrations.AddField(
            model_name="charge",
            name="entry",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="billing.entry",
            ),
        ),
        migrations.AddField(
            model_name="charge",
            name="meter",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="billing.meter",
            ),
        ),
        migrations.AddField(
            model_name="charge",
            name="period",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="charges",
                to="billing.billingperiod",
            ),
        ),
        migrations.AddField(
            model_name="charge",
            name="price",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="billing.price",
            ),
        ),
        migrations.AddField(
            model_name="charge",
            name="subscription",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="charges",
                to="billing.subscription",
            ),
        ),
        migrations.AddField(
            model_name="charge",
            name="use_period",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="billing.billingperiod",
            ),
        ),
        migrations.AddField(
            model_name="charge",
            name="version",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="billing.planversion",
            ),
        ),
        migrations.AddField(
            model_name="daytotal",
            name="company",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.company",
            ),
        ),
        migrations.AddField(
            model_name="daytotal",
            name="meter",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="billing.meter",
            ),
        ),
        migrations.AddField(
            model_name="charge",
            name="features",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="billing.featuresnapshot",
            ),
        ),
        migrations.AddIndex(
            model_name="inboxrecord",
            index=models.Index(fields=["shard", "id"], name="inbox_in_order_of_arrival"),
        ),
        migrations.AddField(
            model_name="periodtotal",
            name="company",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.company",
            ),
        ),
        migrations.AddField(
            model_name="periodtotal",
            name="meter",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="billing.meter",
            ),
        ),
        migrations.AddField(
            model_name="periodtotal",
            name="period",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="totals",
                to="billing.billingperiod",
            ),
        ),
        migrations.AddField(
            model_name="periodtotal",
            name="price",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="billing.price",
            ),
        ),
        migrations.AddField(
            model_name="periodtotal",
            name="use_period",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="billing.billingperiod",
            ),
        ),
        migrations.AddField(
            model_name="periodtotal",
            name="version",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="billing.planversion",
            ),
        ),
        migrations.AddField(
            model_name="sessioncover",
            name="subscription",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="session_covers",
                to="billing.subscription",
            ),
        ),
        migrations.AddField(
            model_name="tieruse",
            name="period",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="billing.billingperiod",
            ),
        ),
        migrations.AddField(
            model_name="tieruse",
            name="price",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="billing.price",
            ),
        ),
        migrations.AddField(
            model_name="tieruse",
            name="subscription",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="tier_uses",
                to="billing.subscription",
            ),
        ),
        migrations.AddConstraint(
            model_name="usagebatch",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "received",
                        django.db.models.expressions.CombinedExpression(
                            django.db.models.expressions.CombinedExpression(
                                django.db.models.expressions.CombinedExpression(
                                    models.F("accepted"), "+", models.F("duplicates")
                                ),
                                "+",
                                models.F("conflicts"),
                            ),
                            "+",
                            models.F("rejected"),
                        ),
                    )
                ),
                name="every_record_of_a_batch_ends_once",
            ),
        ),
        migrations.AddField(
            model_name="usageconflict",
            name="company",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="usage_conflicts",
                to="accounts.company",
            ),
        ),
        migrations.AddField(
            model_name="usagereject",
            name="company",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="usage_rejects",
                to="accounts.company",
            ),
        ),
        migrations.AddConstraint(
            model_name="daytotal",
            constraint=models.UniqueConstraint(
                fields=("company", "day", "kind", "meter"),
                name="day_total_once",
                nulls_distinct=False,
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
                ),
                name="period_total_once",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="sessioncover",
            constraint=models.UniqueConstraint(
                fields=("subscription", "session"), name="session_cover_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="sessioncover",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount__gte", 0), ("quantity__gte", 0)),
                name="session_cover_is_not_negative",
            ),
        ),
        migrations.AddConstraint(
            model_name="tieruse",
            constraint=models.UniqueConstraint(
                fields=("subscription", "price", "period"), name="tier_use_once_per_period"
            ),
        ),
        migrations.AddConstraint(
            model_name="usageconflict",
            constraint=models.UniqueConstraint(
                fields=("source", "external_id", "content_hash"), name="usage_conflict_once"
            ),
        ),
        migrations.AddIndex(
            model_name="usagereject",
            index=models.Index(
                condition=models.Q(("charge_id", None)), fields=["id"], name="usage_reject_open"
            ),
        ),
        migrations.AddIndex(
            model_name="usagereject",
            index=models.Index(
                condition=models.Q(("charge_id", None)),
                fields=["company", "id"],
                name="usage_reject_company",
            ),
        ),
        migrations.AddConstraint(
            model_name="usagereject",
            constraint=models.UniqueConstraint(
                fields=("source", "identity"), name="usage_reject_once"
            ),
        ),
    ]
