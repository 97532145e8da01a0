"""What reservations have charged ahead of a record stands on its charge."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("billing", "0021_sessions_by_meter"),
    ]

    operations = [
        migrations.AddField(
            model_name="charge",
            name="covered",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="charge",
            name="prepaid",
            field=models.DecimalField(decimal_places=12, max_digits=30, null=True),
        ),
    ]
