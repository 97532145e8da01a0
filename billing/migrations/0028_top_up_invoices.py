"""Top-up invoices: numbered, frozen when issued, with the payments made for them."""

import django.db.models.deletion
import djmoney.models.fields
import pgtrigger.compiler
import pgtrigger.migrations
import uuid_utils.compat
from django.db import migrations, models
from djmoney.settings import CURRENCY_CHOICES


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0006_mails_once_whatever_the_capitals"),
        ("billing", "0027_labels_as_sentences"),
    ]

    operations = [
        migrations.AlterField(
            model_name="payment",
            name="reference",
            field=models.CharField(
                blank=True,
                help_text="Of a bank transfer, or the document that is paid.",
                max_length=200,
            ),
        ),
        migrations.AlterField(
            model_name="series",
            name="kind",
            field=models.CharField(
                choices=[
                    ("invoice", "Invoice"),
                    ("credit_note", "Credit note"),
                    ("receipt", "Receipt"),
                    ("top_up_invoice", "Top-up invoice"),
                ],
                max_length=16,
                primary_key=True,
                serialize=False,
            ),
        ),
        migrations.CreateModel(
            name="TopUpInvoice",
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
                ("number", models.CharField(max_length=32, unique=True)),
                (
                    "amount_currency",
                    djmoney.models.fields.CurrencyField(
                        choices=CURRENCY_CHOICES, default=None, editable=False, max_length=3
                    ),
                ),
                ("amount", djmoney.models.fields.MoneyField(decimal_places=12, max_digits=30)),
                (
                    "amount_due",
                    models.DecimalField(
                        decimal_places=12,
                        help_text="amount − what came in for it and stayed, never below zero; none when void",
                        max_digits=30,
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[("open", "Open"), ("paid", "Paid"), ("void", "Void")],
                        default="open",
                        max_length=4,
                    ),
                ),
                ("status_reason", models.CharField(blank=True, max_length=300)),
                ("status_changed_at", models.DateTimeField()),
                ("issued_at", models.DateTimeField()),
                (
                    "due_at",
                    models.DateTimeField(help_text="The day to pay by; nothing happens after it."),
                ),
                ("content", models.JSONField()),
                ("key", models.CharField(max_length=200, unique=True)),
                ("by", models.CharField(max_length=254)),
                (
                    "company",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="top_up_invoices",
                        to="accounts.company",
                    ),
                ),
            ],
            options={
                "verbose_name": "top-up invoice",
                "db_table": "top_up_invoice",
                "ordering": ["-issued_at", "-id"],
            },
        ),
        migrations.CreateModel(
            name="TopUpPayment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "is_open",
                    models.BooleanField(
                        default=False, help_text="The gateway has not decided yet."
                    ),
                ),
                (
                    "payment",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="for_top_up",
                        to="billing.payment",
                    ),
                ),
                (
                    "top_up_invoice",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="payments",
                        to="billing.topupinvoice",
                    ),
                ),
            ],
            options={
                "db_table": "top_up_payment",
                "ordering": ["id"],
            },
        ),
        migrations.AddIndex(
            model_name="topupinvoice",
            index=models.Index(
                fields=["company", "-issued_at", "-id"], name="top_up_invoice_by_company"
            ),
        ),
        migrations.AddConstraint(
            model_name="topupinvoice",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount__gt", 0)), name="top_up_invoice_is_positive"
            ),
        ),
        migrations.AddConstraint(
            model_name="topupinvoice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("amount_due__lte", models.F("amount")),
                    models.Q(
                        models.Q(("amount_due__gt", 0), ("status", "open")),
                        models.Q(models.Q(("status", "open"), _negated=True), ("amount_due", 0)),
                        _connector="OR",
                    ),
                ),
                name="top_up_invoice_is_open_while_due",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="topupinvoice",
            trigger=pgtrigger.compiler.Trigger(
                name="frozen_when_issued",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."company_id" IS DISTINCT FROM (NEW."company_id") OR OLD."number" IS DISTINCT FROM (NEW."number") OR OLD."amount_currency" IS DISTINCT FROM (NEW."amount_currency") OR OLD."amount" IS DISTINCT FROM (NEW."amount") OR OLD."issued_at" IS DISTINCT FROM (NEW."issued_at") OR OLD."due_at" IS DISTINCT FROM (NEW."due_at") OR OLD."content" IS DISTINCT FROM (NEW."content") OR OLD."key" IS DISTINCT FROM (NEW."key") OR OLD."by" IS DISTINCT FROM (NEW."by"))',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="ae281d89e791b01c4e1888e0451bd85dc3ab4da6",
                    operation="UPDATE",
                    pgid="pgtrigger_frozen_when_issued_e7527",
                    table="top_up_invoice",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="topupinvoice",
            trigger=pgtrigger.compiler.Trigger(
                name="never_deleted",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                    hash="2a4161ac1ed397b01d2a3bebc5c81e7210cc25a2",
                    operation="DELETE",
                    pgid="pgtrigger_never_deleted_0632c",
                    table="top_up_invoice",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="topuppayment",
            constraint=models.UniqueConstraint(
                condition=models.Q(("is_open", True)),
                fields=("top_up_invoice",),
                name="one_open_payment_per_top_up_invoice",
            ),
        ),
    ]
