"""Tiers know where they end and what a base unit costs; keys know of a first usage."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("billing", "0013_webhooks_are_tried_again"),
    ]

    operations = [
        migrations.AddField(
            model_name="pricetier",
            name="per_base",
            field=models.DecimalField(decimal_places=42, default=None, max_digits=60),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="pricetier",
            name="to_quantity",
            field=models.DecimalField(blank=True, decimal_places=0, max_digits=30, null=True),
        ),
        migrations.AddField(
            model_name="subjectkey",
            name="is_used",
            field=models.BooleanField(
                default=False, help_text="The subscription has had its first usage."
            ),
        ),
    ]
