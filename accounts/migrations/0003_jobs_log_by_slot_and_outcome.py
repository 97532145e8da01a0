from django.db import migrations, models


class Migration(migrations.Migration):
    """A line per job, slot and outcome in place of a row for each run."""

    dependencies = [("accounts", "0002_mails_once_per_address_and_answers_as_text")]

    operations = [
        migrations.DeleteModel("JobRun"),
        migrations.CreateModel(
            name="JobRun",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=64)),
                ("slot", models.DateTimeField()),
                (
                    "status",
                    models.CharField(
                        choices=[("running", "Running"), ("done", "Done"), ("failed", "Failed")],
                        max_length=8,
                    ),
                ),
                ("at", models.DateTimeField()),
                ("started_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
                ("runs", models.PositiveIntegerField(default=1)),
                ("count", models.PositiveBigIntegerField(default=0)),
                ("took_ms", models.PositiveBigIntegerField(default=0)),
                ("error", models.TextField(blank=True)),
            ],
            options={
                "db_table": "job_run",
                "ordering": ["-slot", "-id"],
                "indexes": [models.Index(fields=["-slot", "-id"], name="job_run_by_slot")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("name", "slot", "status"), name="job_run_once_per_slot_and_outcome"
                    )
                ],
            },
        ),
    ]
