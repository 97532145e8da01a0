from django.db import migrations, models


class Migration(migrations.Migration):
    """Nobody could choose a language so far: what stands there was never anybody's choice."""

    dependencies = [("accounts", "0008_saved_views_and_columns")]

    operations = [
        migrations.AlterField(
            model_name="user",
            name="language",
            field=models.CharField(blank=True, max_length=8),
        ),
        migrations.RunSQL(
            """UPDATE "user" SET language = '' WHERE language = 'en'""",
            """UPDATE "user" SET language = 'en' WHERE language = ''""",
        ),
    ]
