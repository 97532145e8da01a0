"""Sessions are covered by quantity of a meter or by money; reservations are charges of a kind."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("billing", "0020_proof_of_legs_in_two_passes"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="sessioncover",
            name="session_cover_once",
        ),
        migrations.AddField(
            model_name="sessioncover",
            name="meter",
            field=models.CharField(blank=True, max_length=64),
        ),
        migrations.AlterField(
            model_name="charge",
            name="kind",
            field=models.CharField(
                choices=[
                    ("usage", "Usage"),
                    ("monthly_fee", "Monthly Fee"),
                    ("activation_fee", "Activation Fee"),
                    ("reservation", "Reservation"),
                ],
                max_length=16,
            ),
        ),
        migrations.AlterField(
            model_name="daytotal",
            name="kind",
            field=models.CharField(
                choices=[
                    ("usage", "Usage"),
                    ("monthly_fee", "Monthly Fee"),
                    ("activation_fee", "Activation Fee"),
                    ("reservation", "Reservation"),
                ],
                max_length=16,
            ),
        ),
        migrations.AlterField(
            model_name="periodtotal",
            name="kind",
            field=models.CharField(
                choices=[
                    ("usage", "Usage"),
                    ("monthly_fee", "Monthly Fee"),
                    ("activation_fee", "Activation Fee"),
                    ("reservation", "Reservation"),
                ],
                max_length=16,
            ),
        ),
        migrations.AddConstraint(
            model_name="sessioncover",
            constraint=models.UniqueConstraint(
                fields=("subscription", "session", "meter"), name="session_cover_once"
            ),
        ),
    ]
