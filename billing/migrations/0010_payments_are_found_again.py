"""What finding a payment again needs: when it was recorded, where its customer confirms it."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
        ("billing", "0009_plmn_countries"),
    ]

    operations = [
        migrations.AddField(
            model_name="payment",
            name="action_url",
            field=models.URLField(
                blank=True,
                default="",
                help_text="Where the customer answers 3-D Secure.",
                max_length=500,
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="payment",
            name="recorded_at",
            field=models.DateTimeField(
                auto_now_add=True,
                default=django.utils.timezone.now,
                help_text="Wall time: the gateway's key memory counts from here.",
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="refund",
            name="recorded_at",
            field=models.DateTimeField(
                auto_now_add=True,
                default=django.utils.timezone.now,
                help_text="Wall time: the gateway's key memory counts from here.",
            ),
            preserve_default=False,
        ),
        migrations.AlterField(
            model_name="refund",
            name="checked_at",
            field=models.DateTimeField(
                blank=True, help_text="Wall time of the last look-up at the gateway.", null=True
            ),
        ),
        migrations.AddIndex(
            model_name="refund",
            index=models.Index(
                condition=models.Q(("status", "pending")),
                fields=["created_at", "id"],
                name="refund_unsettled",
            ),
        ),
        migrations.AddConstraint(
            model_name="refund",
            constraint=models.UniqueConstraint(
                condition=models.Q(("gateway_reference", ""), _negated=True),
                fields=("gateway_reference",),
                name="refund_gateway_reference_once",
            ),
        ),
        migrations.AddField(
            model_name="consumptionalert",
            name="told_for",
            field=models.DateTimeField(
                blank=True, help_text="Start of the period that the alert was sent for.", null=True
            ),
        ),
        migrations.CreateModel(
            name="PaymentStanding",
            fields=[
                (
                    "company",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="payment_standing",
                        serialize=False,
                        to="accounts.company",
                    ),
                ),
                ("failures_in_a_row", models.PositiveIntegerField(default=0)),
                ("review_since", models.DateTimeField(blank=True, null=True)),
            ],
            options={"db_table": "payment_standing"},
        ),
    ]
