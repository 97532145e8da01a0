import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.text
import uuid_utils.compat
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """Messages from staff: companies, addresses, who has read them."""

    dependencies = [
        ("accounts", "0009_people_choose_a_language"),
    ]

    operations = [
        migrations.CreateModel(
            name="StaffMessage",
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
                ("subject", models.CharField(max_length=200)),
                ("text", models.TextField()),
                (
                    "audience",
                    models.CharField(
                        choices=[
                            ("chosen", "Chosen companies"),
                            ("filtered", "A filtered list of companies"),
                            ("all", "All companies that are not closed"),
                        ],
                        max_length=8,
                    ),
                ),
                ("audience_query", models.CharField(blank=True, max_length=2000)),
                (
                    "roles",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=16), size=None
                    ),
                ),
                ("company_count", models.PositiveIntegerField()),
                ("recipient_count", models.PositiveIntegerField()),
                ("key", models.CharField(max_length=32, unique=True)),
                ("sent_by", models.CharField(max_length=254)),
                ("created_at", models.DateTimeField()),
                ("queued_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "db_table": "staff_message",
                "verbose_name": "message",
                "ordering": ["-created_at", "-id"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("queued_at", None)),
                        fields=["created_at"],
                        name="staff_message_to_queue",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="MessageRecipient",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("address", models.EmailField(max_length=254)),
                (
                    "company",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.company",
                    ),
                ),
                (
                    "mail",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.mail",
                    ),
                ),
                (
                    "message",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="recipients",
                        to="accounts.staffmessage",
                    ),
                ),
            ],
            options={
                "db_table": "staff_message_recipient",
                "indexes": [
                    models.Index(
                        condition=models.Q(("mail", None)),
                        fields=["id"],
                        name="message_recipient_waiting",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        models.F("message"),
                        django.db.models.functions.text.Lower("address"),
                        name="message_once_per_address",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="MessageRead",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("read_at", models.DateTimeField()),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "message",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reads",
                        to="accounts.staffmessage",
                    ),
                ),
            ],
            options={
                "db_table": "staff_message_read",
                "constraints": [
                    models.UniqueConstraint(fields=("message", "user"), name="message_read_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="MessageCompany",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "company",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="staff_messages",
                        to="accounts.company",
                    ),
                ),
                (
                    "message",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="companies",
                        to="accounts.staffmessage",
                    ),
                ),
            ],
            options={
                "db_table": "staff_message_company",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("company", "message"), name="message_once_per_company"
                    )
                ],
            },
        ),
    ]
