"""What the audits of the books found, for the staff's Books page."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("billing", "0017_recharges_count_all_tries")]

    operations = [
        migrations.CreateModel(
            name="BooksAudit",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("run", models.UUIDField()),
                ("name", models.CharField(max_length=64)),
                ("proves", models.CharField(max_length=300)),
                ("is_ok", models.BooleanField()),
                ("examined", models.BigIntegerField()),
                ("faults", models.BigIntegerField()),
                ("findings", models.JSONField(default=list)),
                ("took_ms", models.PositiveIntegerField()),
                ("checked_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "books check",
                "db_table": "books_audit",
                "ordering": ["-checked_at", "id"],
                "indexes": [
                    models.Index(fields=["-checked_at"], name="books_audit_by_time"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=["run", "name"], name="books_check_once_per_run")
                ],
            },
        ),
    ]
