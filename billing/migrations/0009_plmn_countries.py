"""Countries of the mobile networks, from the table in billing/metering/data."""

import csv
from pathlib import Path

from django.db import migrations

TABLE = Path(__file__).parent.parent / "metering" / "data" / "plmn_countries.csv"


def load_table(apps, schema_editor):
    plmn_country = apps.get_model("billing", "PlmnCountry")
    with TABLE.open(encoding="utf-8", newline="") as file:
        rows = [plmn_country(**row) for row in csv.DictReader(file)]
    plmn_country.objects.bulk_create(rows, ignore_conflicts=True)


class Migration(migrations.Migration):
    dependencies = [("billing", "0008_meters")]

    operations = [migrations.RunPython(load_table, migrations.RunPython.noop)]
