"""Webhooks count their tries; a payment knows whether its customer was there."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("billing", "0012_funds_pay_invoices")]

    operations = [
        migrations.AddField(
            model_name="gatewayevent",
            name="attempts",
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddIndex(
            model_name="gatewayevent",
            index=models.Index(
                condition=models.Q(("status", "waiting")),
                fields=["received_at", "id"],
                name="gateway_event_waits",
            ),
        ),
        migrations.AddField(
            model_name="payment",
            name="is_off_session",
            field=models.BooleanField(
                default=False, help_text="Nobody was there: an automatic recharge."
            ),
        ),
    ]
