from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("telecom", "0003_who_suspended_a_sim")]

    operations = [
        migrations.AddField(
            model_name="operatorjob",
            name="operation",
            field=models.CharField(blank=True, help_text="The operator's own id.", max_length=64),
        ),
    ]
