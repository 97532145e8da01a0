"""Unpaid invoices that are given up."""

import django.db.models.deletion
import uuid_utils.compat
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("billing", "0039_closings"),
    ]

    operations = [
        migrations.CreateModel(
            name="WriteOff",
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
                    "amount",
                    models.DecimalField(
                        decimal_places=12,
                        help_text="What is due when it is proposed, and then what is booked.",
                        max_digits=30,
                    ),
                ),
                ("reason", models.TextField()),
                ("key", models.CharField(max_length=300, unique=True)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("proposed", "Proposed"),
                            ("booked", "Booked"),
                            ("declined", "Declined"),
                        ],
                        default="proposed",
                        max_length=10,
                    ),
                ),
                ("proposed_by", models.CharField(max_length=254)),
                ("proposed_at", models.DateTimeField()),
                ("decided_by", models.CharField(blank=True, max_length=254)),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                (
                    "entry",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="billing.entry",
                    ),
                ),
                (
                    "invoice",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="write_offs",
                        to="billing.invoice",
                    ),
                ),
            ],
            options={
                "verbose_name": "write-off",
                "db_table": "write_off",
                "ordering": ["-proposed_at", "-id"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("status", "proposed")),
                        fields=("invoice",),
                        name="one_proposed_write_off_per_invoice",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount__gt", 0)), name="write_off_is_positive"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("entry__isnull", False), ("status", "booked")),
                            models.Q(
                                models.Q(("status", "booked"), _negated=True), ("entry", None)
                            ),
                            _connector="OR",
                        ),
                        name="write_off_is_booked_by_an_entry",
                    ),
                ],
            },
        ),
    ]
