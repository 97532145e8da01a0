"""`local_days`: the days of a time zone that an interval touches; the twin of `share_of_days`.

The day of the start counts; the day on which it ends does not, unless it ends after midnight.
"""

from django.db import migrations

CREATE = """
CREATE FUNCTION local_days(first timestamptz, last timestamptz, zone text) RETURNS integer
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN last <= first THEN 0 ELSE
        ((last - interval '1 microsecond') AT TIME ZONE zone)::date
        - (first AT TIME ZONE zone)::date + 1 END
$$
"""


class Migration(migrations.Migration):
    dependencies = [("billing", "0014_tiers_per_base_unit")]

    operations = [
        migrations.RunSQL(CREATE, "DROP FUNCTION local_days(timestamptz, timestamptz, text)"),
    ]
