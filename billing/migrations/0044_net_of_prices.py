"""`net_of(numeric, numeric)`: the net part of a price that includes tax at a percentage.

Divided to 30 decimals before it is rounded half-even to 12: no quotient of an amount with 12
decimals by a rate with 4 comes closer to a tie than 10⁻¹⁹ without being one. Inlined as
`round_half_even` is.
"""

from django.db import migrations

CREATE = """
CREATE FUNCTION net_of(gross numeric, percent numeric) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT round_half_even(round(gross * 100, 30) / (100 + percent), 12)
$$
"""


class Migration(migrations.Migration):
    dependencies = [("billing", "0043_tax_rules")]

    operations = [
        migrations.RunSQL(CREATE, "DROP FUNCTION net_of(numeric, numeric)"),
    ]
