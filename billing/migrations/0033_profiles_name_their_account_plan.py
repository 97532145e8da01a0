"""A profile's account plan is a row; it says since when."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("billing", "0032_account_plans")]

    operations = [
        migrations.AlterField(
            model_name="billingprofile",
            name="account_plan",
            field=models.ForeignKey(
                blank=True,
                db_column="account_plan",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="profiles",
                to="billing.accountplan",
                to_field="key",
            ),
        ),
        migrations.AddConstraint(
            model_name="billingprofile",
            constraint=models.CheckConstraint(
                condition=models.Q(("account_plan", None), ("account_plan_since", None))
                | models.Q(("account_plan__isnull", False), ("account_plan_since__isnull", False)),
                name="account_plan_says_since_when",
            ),
        ),
    ]
