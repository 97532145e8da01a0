"""The currencies that an installation begins with; staff take off and add as they like."""

from django.db import migrations

CODES = [
    "USD",
    "EUR",
    "GBP",
    "CHF",
    "JPY",
    "AUD",
    "CAD",
    "CNY",
    "SEK",
    "NOK",
    "DKK",
    "PLN",
    "CZK",
    "INR",
    "SGD",
    "HKD",
    "KWD",
    "AED",
    "BRL",
    "MXN",
    "ZAR",
]

INSERT = "INSERT INTO currency (code, is_enabled, position) VALUES (%s, true, %s)"


class Migration(migrations.Migration):
    dependencies = [("billing", "0051_currencies_and_rates")]

    operations = [
        migrations.RunSQL(
            sql=[(INSERT, [code, 10 * place]) for place, code in enumerate(CODES, start=1)],
            reverse_sql="DELETE FROM currency",
        )
    ]
