"""A subject key says which company and which version of the plan hold; prices stay exact to GB.

2⁻³⁰ has 30 decimals and a price 12, so that the price of one byte of a GB needs 42.
"""

from decimal import Decimal

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("billing", "0002_round_half_even")]

    operations = [
        migrations.AddField(
            model_name="subjectkey",
            name="company",
            field=models.ForeignKey(
                db_index=False,
                default=None,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="subject_keys",
                to="accounts.company",
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="subjectkey",
            name="version",
            field=models.ForeignKey(
                db_index=False,
                default=None,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="subject_keys",
                to="billing.planversion",
            ),
            preserve_default=False,
        ),
        migrations.AlterField(
            model_name="subjectkey",
            name="key",
            field=models.CharField(db_collation="C", max_length=128),
        ),
        migrations.AlterField(
            model_name="pricerate",
            name="per_base",
            field=models.DecimalField(decimal_places=42, default=Decimal(0), max_digits=60),
        ),
    ]
