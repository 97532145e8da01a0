"""The inbox keeps records in parcels, column by column."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("billing", "0024_gateway_switches"),
    ]

    operations = [
        migrations.DeleteModel(
            name="InboxRecord",
        ),
        migrations.RunSQL("CREATE SEQUENCE inbox_arrival", "DROP SEQUENCE inbox_arrival"),
        migrations.CreateModel(
            name="InboxParcel",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("arrival", models.BigIntegerField()),
                ("first", models.PositiveIntegerField(default=0)),
                ("shard", models.PositiveSmallIntegerField()),
                ("size", models.PositiveIntegerField()),
                ("received_at", models.DateTimeField()),
                (
                    "source",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), size=None
                    ),
                ),
                (
                    "external_id",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), size=None
                    ),
                ),
                (
                    "subject",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), size=None
                    ),
                ),
                (
                    "started_at",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.DateTimeField(null=True), size=None
                    ),
                ),
                (
                    "quantity",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(null=True), size=None
                    ),
                ),
                (
                    "meter",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), size=None
                    ),
                ),
                (
                    "country",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), size=None
                    ),
                ),
                (
                    "plmn",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), size=None
                    ),
                ),
                (
                    "session",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), size=None
                    ),
                ),
                (
                    "imei",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), size=None
                    ),
                ),
                (
                    "content_hash",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.UUIDField(), size=None
                    ),
                ),
                (
                    "code",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), size=None
                    ),
                ),
                (
                    "detail",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), size=None
                    ),
                ),
                (
                    "raw",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.JSONField(null=True), size=None
                    ),
                ),
            ],
            options={
                "db_table": "inbox",
            },
        ),
        migrations.AddConstraint(
            model_name="inboxparcel",
            constraint=models.UniqueConstraint(
                fields=("shard", "arrival", "first"), name="inbox_in_order_of_arrival"
            ),
        ),
    ]
