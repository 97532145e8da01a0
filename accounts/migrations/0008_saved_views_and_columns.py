import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.text
import uuid_utils.compat
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """What a person keeps of a list: views under a name, and the columns they chose."""

    dependencies = [
        ("accounts", "0007_labels_as_sentences"),
    ]

    operations = [
        migrations.CreateModel(
            name="ColumnChoice",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("page", models.CharField(max_length=40)),
                (
                    "columns",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40), size=None
                    ),
                ),
                (
                    "company",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="column_choices",
                        to="accounts.company",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="column_choices",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "column_choice",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("user", "company", "page"), name="columns_once_per_list"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SavedView",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("page", models.CharField(max_length=40)),
                ("name", models.CharField(max_length=60)),
                ("query", models.CharField(max_length=2000)),
                ("is_default", models.BooleanField(default=False)),
                ("created_at", models.DateTimeField()),
                (
                    "company",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="saved_views",
                        to="accounts.company",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="saved_views",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "saved_view",
                "ordering": ["created_at", "id"],
                "constraints": [
                    models.UniqueConstraint(
                        models.F("user"),
                        models.F("company"),
                        models.F("page"),
                        django.db.models.functions.text.Lower("name"),
                        name="saved_view_once_per_name",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("is_default", True)),
                        fields=("user", "company", "page"),
                        name="one_default_view_per_list",
                    ),
                ],
            },
        ),
    ]
