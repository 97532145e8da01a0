"""Bob@x and bob@x are one address."""

from django.db import migrations, models
from django.db.models.functions import Lower


class Migration(migrations.Migration):
    dependencies = [("accounts", "0005_staff_groups")]

    operations = [
        migrations.RemoveConstraint("mail", "mail_once_per_address"),
        migrations.AddConstraint(
            "mail", models.UniqueConstraint("once", Lower("to"), name="mail_once_per_address")
        ),
    ]
