"""What was issued before there were rules: no rate was a zero rate, and the country is printed."""

from django.db import migrations

ZERO_RATED = "UPDATE invoice_line SET treatment = 'zero_rated' WHERE tax_percent = 0"
TAXES = """
UPDATE invoice_tax t
SET treatment = CASE WHEN t.percent = 0 THEN 'zero_rated' ELSE 'standard' END,
    country = coalesce(i.content #>> '{buyer,country}', c.country)
FROM invoice i JOIN company c ON c.id = i.company_id
WHERE i.id = t.invoice_id
"""


class Migration(migrations.Migration):
    dependencies = [("billing", "0045_taxes_of_documents")]

    operations = [
        migrations.RunSQL(ZERO_RATED, migrations.RunSQL.noop),
        migrations.RunSQL(TAXES, migrations.RunSQL.noop),
    ]
