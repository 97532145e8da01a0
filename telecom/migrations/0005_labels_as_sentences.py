"""Choices are called as a sentence begins; nothing changes in the database."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("telecom", "0004_operations_of_operators"),
    ]

    operations = [
        migrations.AlterField(
            model_name="sim",
            name="intended_status",
            field=models.CharField(
                blank=True,
                choices=[
                    ("not_available", "Not available"),
                    ("pending", "Pending"),
                    ("invalid", "Invalid"),
                    ("blank", "Blank"),
                    ("activation_ready", "Activation ready"),
                    ("active", "Active"),
                    ("suspended", "Suspended"),
                    ("archived", "Archived"),
                ],
                max_length=16,
            ),
        ),
        migrations.AlterField(
            model_name="sim",
            name="status",
            field=models.CharField(
                choices=[
                    ("not_available", "Not available"),
                    ("pending", "Pending"),
                    ("invalid", "Invalid"),
                    ("blank", "Blank"),
                    ("activation_ready", "Activation ready"),
                    ("active", "Active"),
                    ("suspended", "Suspended"),
                    ("archived", "Archived"),
                ],
                default="not_available",
                max_length=16,
            ),
        ),
    ]
