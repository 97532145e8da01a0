"""Which gateways are on, for which countries and currencies."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("billing", "0023_payments_to_be_confirmed")]

    operations = [
        migrations.CreateModel(
            name="GatewaySetting",
            fields=[
                (
                    "gateway",
                    models.CharField(
                        choices=[("stripe", "Stripe"), ("bank_transfer", "Bank transfer")],
                        max_length=32,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("is_on", models.BooleanField(default=True)),
                (
                    "countries",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=2),
                        blank=True,
                        default=list,
                        help_text="Of the companies that may use it, ISO 3166. Empty: all.",
                        size=None,
                    ),
                ),
                (
                    "currencies",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=3),
                        blank=True,
                        default=list,
                        help_text="Of the companies that may use it, ISO 4217. Empty: all.",
                        size=None,
                    ),
                ),
            ],
            options={"db_table": "gateway_setting"},
        ),
    ]
