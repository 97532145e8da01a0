"""A mail is unique per address; an idempotent answer is kept as the text that was sent."""

import django.core.serializers.json
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [
        migrations.RemoveField("idempotencykey", "answer"),
        migrations.AddField(
            "idempotencykey",
            "answer",
            models.TextField(blank=True, default=""),
            preserve_default=False,
        ),
        migrations.AlterField("mail", "once", models.CharField(max_length=200)),
        migrations.AddConstraint(
            "mail",
            models.UniqueConstraint(fields=["once", "to"], name="mail_once_per_address"),
        ),
        migrations.AlterField(
            "auditrecord",
            "after",
            models.JSONField(
                blank=True, encoder=django.core.serializers.json.DjangoJSONEncoder, null=True
            ),
        ),
        migrations.AlterField(
            "auditrecord",
            "before",
            models.JSONField(
                blank=True, encoder=django.core.serializers.json.DjangoJSONEncoder, null=True
            ),
        ),
        migrations.AlterField(
            "event",
            "data",
            models.JSONField(default=dict, encoder=django.core.serializers.json.DjangoJSONEncoder),
        ),
    ]
