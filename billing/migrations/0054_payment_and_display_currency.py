"""What customers see and pay in besides the currency of their account."""

import django.db.models.deletion
import djmoney.models.fields
from django.db import migrations, models
from djmoney.settings import CURRENCY_CHOICES


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0008_saved_views_and_columns"),
        ("billing", "0053_prices_in_several_currencies"),
    ]

    operations = [
        migrations.AddField(
            model_name="billingprofile",
            name="display_currency",
            field=models.CharField(
                blank=True,
                default="",
                help_text="Amounts are shown in it too. Empty: the account's own.",
                max_length=3,
            ),
        ),
        migrations.AddField(
            model_name="billingprofile",
            name="payment_currency",
            field=models.CharField(
                blank=True,
                default="",
                help_text="Cards are charged in it. Empty: the account's own.",
                max_length=3,
            ),
        ),
        migrations.AddField(
            model_name="dispute",
            name="taken",
            field=djmoney.models.fields.MoneyField(
                blank=True,
                decimal_places=12,
                help_text="What the bank took, in the payment's currency.",
                max_digits=30,
                null=True,
            ),
        ),
        migrations.AddField(
            model_name="dispute",
            name="taken_currency",
            field=djmoney.models.fields.CurrencyField(
                choices=CURRENCY_CHOICES, default=None, editable=False, max_length=3, null=True
            ),
        ),
        migrations.AddField(
            model_name="payment",
            name="exchange_rate",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="payments",
                to="billing.exchangerate",
            ),
        ),
        migrations.AddField(
            model_name="payment",
            name="taken",
            field=djmoney.models.fields.MoneyField(
                blank=True,
                decimal_places=12,
                help_text="What is charged, where that is another currency than the account's.",
                max_digits=30,
                null=True,
            ),
        ),
        migrations.AddField(
            model_name="payment",
            name="taken_currency",
            field=djmoney.models.fields.CurrencyField(
                choices=CURRENCY_CHOICES, default=None, editable=False, max_length=3, null=True
            ),
        ),
        migrations.AddField(
            model_name="refund",
            name="taken",
            field=djmoney.models.fields.MoneyField(
                blank=True,
                decimal_places=12,
                help_text="What goes back to the card, in the payment's currency.",
                max_digits=30,
                null=True,
            ),
        ),
        migrations.AddField(
            model_name="refund",
            name="taken_currency",
            field=djmoney.models.fields.CurrencyField(
                choices=CURRENCY_CHOICES, default=None, editable=False, max_length=3, null=True
            ),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("exchange_rate", None), ("taken", None)),
                    models.Q(
                        ("exchange_rate__isnull", False),
                        ("taken__gt", 0),
                        models.Q(("taken_currency", models.F("amount_currency")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="payment_in_another_currency_has_its_rate",
            ),
        ),
    ]
