"""When fees fall due, and an allowance for each version of a plan within a period."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("billing", "0010_payments_are_found_again"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="allowance",
            name="allowance_once_per_period",
        ),
        migrations.AddField(
            model_name="allowance",
            name="version",
            field=models.ForeignKey(
                db_index=False,
                default=None,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="billing.planversion",
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="subscription",
            name="activation_fee_at",
            field=models.DateTimeField(
                blank=True,
                help_text="When the activation fee falls due, until it is charged.",
                null=True,
            ),
        ),
        migrations.AddField(
            model_name="subscription",
            name="next_fee_at",
            field=models.DateTimeField(
                blank=True, help_text="When the next monthly fee falls due.", null=True
            ),
        ),
        migrations.AlterField(
            model_name="allowance",
            name="meter",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                to="billing.meter",
            ),
        ),
        migrations.AddIndex(
            model_name="subscription",
            index=models.Index(
                condition=models.Q(("next_fee_at__isnull", False)),
                fields=["next_fee_at", "id"],
                name="subscription_fee_due",
            ),
        ),
        migrations.AddIndex(
            model_name="subscription",
            index=models.Index(
                condition=models.Q(("activation_fee_at__isnull", False)),
                fields=["activation_fee_at", "id"],
                name="subscription_activation_due",
            ),
        ),
        migrations.AddIndex(
            model_name="subscription",
            index=models.Index(
                condition=models.Q(
                    ("ends_at__isnull", False), models.Q(("status", "ended"), _negated=True)
                ),
                fields=["ends_at", "id"],
                name="subscription_end_due",
            ),
        ),
        migrations.AddIndex(
            model_name="subscription",
            index=models.Index(
                condition=models.Q(("status", "stopped"), ("stopped_by", "system")),
                fields=["company"],
                name="subscription_stopped",
            ),
        ),
        migrations.AddConstraint(
            model_name="allowance",
            constraint=models.UniqueConstraint(
                fields=("subscription", "period", "version", "meter"),
                name="allowance_once_per_period",
            ),
        ),
    ]
