"""The rate that a charge was converted by stays with it, and with the totals."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0008_saved_views_and_columns"),
        ("billing", "0054_payment_and_display_currency"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="periodtotal",
            name="period_total_once",
        ),
        migrations.AddField(
            model_name="charge",
            name="exchange_rate",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                help_text="What the price was converted by; empty within one currency.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="billing.exchangerate",
            ),
        ),
        migrations.AddField(
            model_name="periodtotal",
            name="exchange_rate",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="billing.exchangerate",
            ),
        ),
        migrations.AddField(
            model_name="subjectkey",
            name="is_foreign",
            field=models.BooleanField(
                default=False, help_text="The plan is in another currency than the account."
            ),
        ),
        migrations.AddConstraint(
            model_name="periodtotal",
            constraint=models.UniqueConstraint(
                fields=(
                    "period",
                    "version",
                    "country",
                    "price",
                    "tax_percent",
                    "use_period",
                    "kind",
                    "meter",
                    "label",
                    "tax_terms",
                    "exchange_rate",
                ),
                name="period_total_once",
                nulls_distinct=False,
            ),
        ),
    ]
