from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("telecom", "0002_jobs_of_lines_without_operator")]

    operations = [
        migrations.AlterField(
            model_name="sim",
            name="suspended_by",
            field=models.CharField(
                blank=True,
                choices=[
                    ("", "Nobody"),
                    ("provider", "Provider"),
                    ("customer", "Customer"),
                    ("system", "System"),
                ],
                max_length=8,
            ),
        ),
    ]
