"""A mail knows which part of its text is struck out once it is sent."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_jobs_log_by_slot_and_outcome")]

    operations = [
        migrations.AddField(
            "mail",
            "secret",
            models.CharField(blank=True, default="", max_length=200),
            preserve_default=False,
        )
    ]
