from django.db import migrations


class Migration(migrations.Migration):
    """Networks and their countries stand in billing's `plmn_country`; this table was never read."""

    dependencies = [("telecom", "0005_labels_as_sentences")]

    operations = [migrations.DeleteModel(name="NetworkCode")]
