"""Payments that a customer may still confirm are few among many: an index of their own."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("billing", "0022_charges_paid_ahead")]

    operations = [
        migrations.AddIndex(
            model_name="payment",
            index=models.Index(
                condition=models.Q(("status", "failed"), ~models.Q(("client_secret", ""))),
                fields=["id"],
                name="payment_to_be_confirmed",
            ),
        ),
    ]
