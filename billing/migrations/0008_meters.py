"""The meters that every deployment has. More come with the prices that name them."""

from django.db import migrations

METERS = [
    ("data", "Data", "byte"),
    ("tokens", "Tokens", "token"),
    ("input_tokens", "Input tokens", "token"),
    ("output_tokens", "Output tokens", "token"),
    ("sms", "SMS", "sms"),
    ("seconds", "Seconds", "second"),
    ("ip_hours", "IP address hours", "hour"),
    ("instance_hours", "Instance hours", "hour"),
]


def add_meters(apps, schema_editor):
    meter = apps.get_model("billing", "Meter")
    meter.objects.bulk_create(
        [meter(key=key, title=title, base_unit=unit) for key, title, unit in METERS],
        ignore_conflicts=True,
    )


class Migration(migrations.Migration):
    dependencies = [("billing", "0007_partitioned_charges")]

    operations = [migrations.RunPython(add_meters, migrations.RunPython.noop)]
