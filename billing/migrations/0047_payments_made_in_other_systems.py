from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("billing", "0046_treatments_of_issued_taxes"),
    ]

    operations = [
        migrations.AlterField(
            model_name="payment",
            name="method",
            field=models.CharField(
                choices=[
                    ("card", "Card"),
                    ("bank_transfer", "Bank transfer"),
                    ("cash", "Cash"),
                    ("other", "Other"),
                    ("whmcs", "WHMCS"),
                    ("xero", "Xero"),
                ],
                max_length=16,
            ),
        ),
    ]
