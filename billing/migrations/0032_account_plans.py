"""Account plans with a monthly commitment; what companies had as text becomes a plan without one."""

from django.db import migrations, models

ADD_PLANS = """
INSERT INTO account_plan (key, title, currency, monthly_commitment, created_at)
VALUES ('default', 'Default', 'USD', 300, now());
INSERT INTO account_plan (key, title, currency, monthly_commitment, created_at)
SELECT DISTINCT ON (account_plan) account_plan, account_plan, currency, 0, now()
FROM billing_profile WHERE account_plan NOT IN ('', 'default') ORDER BY account_plan, currency;
"""
EMPTY_IS_NONE = """
UPDATE billing_profile p SET account_plan_since = now()
WHERE account_plan <> '';
UPDATE billing_profile SET account_plan = NULL WHERE account_plan = ''
"""
NONE_IS_EMPTY = "UPDATE billing_profile SET account_plan = '' WHERE account_plan IS NULL"


class Migration(migrations.Migration):
    dependencies = [("billing", "0031_proof_of_legs_by_entry")]

    operations = [
        migrations.CreateModel(
            name="AccountPlan",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.SlugField(max_length=64, unique=True)),
                ("title", models.CharField(max_length=120)),
                ("currency", models.CharField(max_length=3)),
                (
                    "monthly_commitment",
                    models.DecimalField(
                        decimal_places=12, help_text="Net, for a whole month.", max_digits=30
                    ),
                ),
                ("created_at", models.DateTimeField()),
            ],
            options={
                "db_table": "account_plan",
                "ordering": ["key"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("monthly_commitment__gte", 0)),
                        name="commitment_is_not_negative",
                    )
                ],
            },
        ),
        migrations.RunSQL(ADD_PLANS, "DELETE FROM account_plan"),
        migrations.AddField(
            model_name="billingprofile",
            name="account_plan_since",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AlterField(
            model_name="billingprofile",
            name="account_plan",
            field=models.CharField(blank=True, max_length=64, null=True),
        ),
        migrations.RunSQL(EMPTY_IS_NONE, NONE_IS_EMPTY),
    ]
