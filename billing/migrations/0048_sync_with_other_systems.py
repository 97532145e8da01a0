import django.db.models.deletion
import uuid_utils.compat
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0008_saved_views_and_columns"),
        ("billing", "0047_payments_made_in_other_systems"),
    ]

    operations = [
        migrations.CreateModel(
            name="SystemState",
            fields=[
                (
                    "system",
                    models.CharField(
                        choices=[("whmcs", "WHMCS"), ("xero", "Xero")],
                        max_length=8,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("failures", models.PositiveSmallIntegerField(default=0, help_text="In a row.")),
                ("failing_since", models.DateTimeField(blank=True, null=True)),
                ("paused_until", models.DateTimeField(blank=True, null=True)),
                ("error", models.TextField(blank=True)),
                ("succeeded_at", models.DateTimeField(blank=True, null=True)),
                (
                    "read_at",
                    models.DateTimeField(
                        blank=True, help_text="When its payments were read last.", null=True
                    ),
                ),
            ],
            options={
                "db_table": "sync_system_state",
            },
        ),
        migrations.CreateModel(
            name="IncomingPayment",
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
                    "system",
                    models.CharField(choices=[("whmcs", "WHMCS"), ("xero", "Xero")], max_length=8),
                ),
                ("external_id", models.CharField(max_length=64)),
                ("external_invoice", models.CharField(blank=True, max_length=64)),
                ("amount", models.DecimalField(decimal_places=12, max_digits=30)),
                ("currency", models.CharField(max_length=3)),
                ("paid_at", models.DateTimeField()),
                ("reference", models.CharField(blank=True, max_length=200)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("booked", "Booked"),
                            ("unmatched", "Unmatched"),
                            ("dismissed", "Dismissed"),
                        ],
                        default="unmatched",
                        max_length=9,
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=500)),
                ("decided_by", models.CharField(blank=True, max_length=254)),
                ("seen_at", models.DateTimeField()),
                (
                    "company",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="incoming_payments",
                        to="accounts.company",
                    ),
                ),
                (
                    "payment",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="arrived_as",
                        to="billing.payment",
                    ),
                ),
            ],
            options={
                "db_table": "incoming_payment",
                "ordering": ["-seen_at", "-id"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("system", "external_id"), name="incoming_payment_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("payment__isnull", False), ("status", "booked")),
                            models.Q(
                                models.Q(("status", "booked"), _negated=True), ("payment", None)
                            ),
                            _connector="OR",
                        ),
                        name="incoming_payment_is_booked_by_a_payment",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SyncWork",
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
                    "system",
                    models.CharField(choices=[("whmcs", "WHMCS"), ("xero", "Xero")], max_length=8),
                ),
                (
                    "operation",
                    models.CharField(
                        choices=[
                            ("contact", "Client"),
                            ("invoice", "Invoice"),
                            ("credit", "Credit note"),
                            ("payment", "Payment"),
                            ("reversal", "Payment taken back"),
                            ("void", "Void an invoice"),
                            ("service", "Service status"),
                        ],
                        max_length=8,
                    ),
                ),
                (
                    "subject",
                    models.CharField(
                        help_text="Id of the company, document, allocation.", max_length=64
                    ),
                ),
                (
                    "label",
                    models.CharField(help_text="What people know the subject as.", max_length=120),
                ),
                (
                    "position",
                    models.PositiveIntegerField(help_text="The order within the company."),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("attention", "Needs attention"),
                            ("done", "Done"),
                            ("skipped", "Skipped"),
                        ],
                        default="waiting",
                        max_length=9,
                    ),
                ),
                (
                    "amount",
                    models.DecimalField(blank=True, decimal_places=12, max_digits=30, null=True),
                ),
                ("currency", models.CharField(blank=True, max_length=3)),
                (
                    "external_id",
                    models.CharField(blank=True, help_text="Their id of it.", max_length=64),
                ),
                (
                    "sent_as",
                    models.CharField(
                        blank=True,
                        help_text="The e-mail address that a client is being made known by.",
                        max_length=254,
                    ),
                ),
                (
                    "digest",
                    models.CharField(
                        blank=True,
                        help_text="Of the particulars that are, or were last, sent.",
                        max_length=64,
                    ),
                ),
                ("revision", models.PositiveIntegerField(default=1)),
                ("tries", models.PositiveIntegerField(default=0)),
                ("failures", models.PositiveSmallIntegerField(default=0, help_text="In a row.")),
                (
                    "failure",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "None"),
                            ("unreachable", "Unreachable"),
                            ("refused", "Refused"),
                        ],
                        default="",
                        max_length=11,
                    ),
                ),
                ("error", models.TextField(blank=True)),
                ("next_attempt_at", models.DateTimeField()),
                (
                    "leased_until",
                    models.DateTimeField(
                        blank=True, help_text="Wall time: somebody is working on it.", null=True
                    ),
                ),
                (
                    "read_at",
                    models.DateTimeField(
                        blank=True,
                        help_text="Of a client: when its payments were read last.",
                        null=True,
                    ),
                ),
                ("asked_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("skipped_by", models.CharField(blank=True, max_length=254)),
                ("reason", models.TextField(blank=True)),
                (
                    "company",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sync_work",
                        to="accounts.company",
                    ),
                ),
            ],
            options={
                "verbose_name": "sync work",
                "verbose_name_plural": "sync work",
                "db_table": "sync_work",
                "ordering": ["-asked_at", "-id"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("status__in", ["waiting", "attention"])),
                        fields=["system", "next_attempt_at", "id"],
                        name="sync_work_due",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("system", "operation", "subject"), name="sync_work_once_per_subject"
                    ),
                    models.UniqueConstraint(
                        fields=("system", "company", "position"), name="sync_work_has_its_place"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(
                            models.Q(("external_id", ""), _negated=True),
                            ("operation__in", ["contact", "invoice", "credit"]),
                        ),
                        fields=("system", "operation", "external_id"),
                        name="sync_external_id_once",
                    ),
                ],
            },
        ),
    ]
