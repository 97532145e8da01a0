from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

NAMES = ("administrator", "billing", "operations", "support", "catalog", "auditor")


def make_groups(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    group = apps.get_model("auth", "Group")
    for name in NAMES:
        group.objects.get_or_create(name=name)


class Migration(migrations.Migration):
    """The groups that staff are put into; what they may do is a table in the code."""

    dependencies = [
        ("accounts", "0004_mail_secrets"),
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [migrations.RunPython(make_groups, migrations.RunPython.noop)]
