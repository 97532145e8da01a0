"""A recharge whose count of attempts starts over still tells its tries apart."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("billing", "0016_costs_to_date")]

    operations = [
        migrations.AddField(
            model_name="recharge",
            name="tries",
            field=models.PositiveSmallIntegerField(
                default=0, help_text="All attempts, also those before the count started over."
            ),
        ),
    ]
