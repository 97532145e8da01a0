"""`round_half_even(numeric, int)`: PostgreSQL's own `round` takes ties away from zero.

A tie next to an even digit is where the remainder of division by two units is exactly half a
unit: there the amount is cut, everywhere else `round` is right. Not STRICT and a single SELECT,
so that PostgreSQL inlines it into the rating statement; NULL in gives NULL out all the same.
"""

from django.db import migrations

CREATE = """
CREATE FUNCTION round_half_even(amount numeric, digits integer) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE
        WHEN mod(abs(amount), 2 * power(10::numeric, -digits)) = power(10::numeric, -digits) / 2
        THEN trunc(amount, digits)
        ELSE round(amount, digits)
    END
$$
"""


class Migration(migrations.Migration):
    dependencies = [("billing", "0001_initial")]

    operations = [
        migrations.RunSQL(CREATE, "DROP FUNCTION round_half_even(numeric, integer)"),
    ]
