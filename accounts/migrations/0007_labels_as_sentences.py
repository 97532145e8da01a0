"""Choices are called as a sentence begins; nothing changes in the database."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0006_mails_once_whatever_the_capitals"),
    ]

    operations = [
        migrations.AlterField(
            model_name="invitation",
            name="role",
            field=models.CharField(
                choices=[
                    ("owner", "Owner"),
                    ("admin", "Admin"),
                    ("finance", "Finance"),
                    ("viewer", "Viewer"),
                    ("end_user", "End user"),
                ],
                max_length=16,
            ),
        ),
        migrations.AlterField(
            model_name="member",
            name="role",
            field=models.CharField(
                choices=[
                    ("owner", "Owner"),
                    ("admin", "Admin"),
                    ("finance", "Finance"),
                    ("viewer", "Viewer"),
                    ("end_user", "End user"),
                ],
                max_length=16,
            ),
        ),
    ]
