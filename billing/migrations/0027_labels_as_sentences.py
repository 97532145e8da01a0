"""Choices are called as a sentence begins; nothing changes in the database."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("billing", "0026_proof_of_legs_by_index"),
    ]

    operations = [
        migrations.AlterField(
            model_name="account",
            name="kind",
            field=models.CharField(
                choices=[
                    ("customer", "Customer"),
                    ("uninvoiced", "Uninvoiced"),
                    ("uninvoiced_tax", "Uninvoiced tax"),
                    ("deferred", "Deferred"),
                    ("deposit", "Deposit"),
                    ("cash", "Cash"),
                    ("revenue", "Revenue"),
                    ("tax", "Tax"),
                    ("rounding", "Rounding"),
                    ("fx", "FX"),
                    ("fees", "Fees"),
                    ("refunds", "Refunds"),
                    ("promotions", "Promotions"),
                    ("write_off", "Write-off"),
                    ("breakage", "Breakage"),
                    ("other_income", "Other income"),
                ],
                max_length=16,
            ),
        ),
        migrations.AlterField(
            model_name="adjustment",
            name="against",
            field=models.CharField(
                choices=[
                    ("promotions", "Promotions"),
                    ("write_off", "Write-off"),
                    ("other_income", "Other income"),
                    ("fees", "Fees"),
                ],
                default="promotions",
                max_length=16,
            ),
        ),
        migrations.AlterField(
            model_name="billingprofile",
            name="contract_type",
            field=models.CharField(
                choices=[("payg", "Pay as you go"), ("fixed", "Fixed")],
                default="payg",
                max_length=8,
            ),
        ),
        migrations.AlterField(
            model_name="charge",
            name="kind",
            field=models.CharField(
                choices=[
                    ("usage", "Usage"),
                    ("monthly_fee", "Monthly fee"),
                    ("activation_fee", "Activation fee"),
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
                    ("monthly_fee", "Monthly fee"),
                    ("activation_fee", "Activation fee"),
                    ("reservation", "Reservation"),
                ],
                max_length=16,
            ),
        ),
        migrations.AlterField(
            model_name="entry",
            name="kind",
            field=models.CharField(
                choices=[
                    ("payment", "Payment"),
                    ("recharge", "Recharge"),
                    ("usage", "Usage"),
                    ("fee", "Fee"),
                    ("invoice", "Invoice"),
                    ("credit_note", "Credit note"),
                    ("void", "Void"),
                    ("refund", "Refund"),
                    ("refund_settled", "Refund settled"),
                    ("refund_failed", "Refund failed"),
                    ("dispute", "Dispute"),
                    ("dispute_won", "Dispute won"),
                    ("gateway_fee", "Gateway fee"),
                    ("deposit", "Deposit"),
                    ("promotion", "Promotion"),
                    ("adjustment", "Adjustment"),
                    ("rerating", "Re-rating"),
                    ("write_off", "Write-off"),
                ],
                max_length=16,
            ),
        ),
        migrations.AlterField(
            model_name="invoice",
            name="kind",
            field=models.CharField(
                choices=[("invoice", "Invoice"), ("credit_note", "Credit note")],
                default="invoice",
                max_length=12,
            ),
        ),
        migrations.AlterField(
            model_name="meter",
            name="base_unit",
            field=models.CharField(
                choices=[
                    ("byte", "Byte"),
                    ("token", "Token"),
                    ("sms", "SMS"),
                    ("second", "Second"),
                    ("hour", "Hour"),
                ],
                max_length=8,
            ),
        ),
        migrations.AlterField(
            model_name="payment",
            name="method",
            field=models.CharField(
                choices=[
                    ("card", "Card"),
                    ("bank_transfer", "Bank transfer"),
                    ("cash", "Cash"),
                    ("other", "Other"),
                ],
                max_length=16,
            ),
        ),
        migrations.AlterField(
            model_name="payment",
            name="purpose",
            field=models.CharField(
                choices=[("recharge", "Recharge"), ("invoice", "Invoice"), ("top_up", "Top-up")],
                max_length=16,
            ),
        ),
        migrations.AlterField(
            model_name="payment",
            name="status",
            field=models.CharField(
                choices=[
                    ("pending", "Pending"),
                    ("requires_action", "Requires action"),
                    ("completed", "Completed"),
                    ("failed", "Failed"),
                    ("refunded", "Refunded"),
                    ("partially_refunded", "Partly refunded"),
                    ("disputed", "Disputed"),
                ],
                default="pending",
                max_length=20,
            ),
        ),
        migrations.AlterField(
            model_name="periodtotal",
            name="kind",
            field=models.CharField(
                choices=[
                    ("usage", "Usage"),
                    ("monthly_fee", "Monthly fee"),
                    ("activation_fee", "Activation fee"),
                    ("reservation", "Reservation"),
                ],
                max_length=16,
            ),
        ),
        migrations.AlterField(
            model_name="plan",
            name="kind",
            field=models.CharField(
                choices=[
                    ("prepaid", "Prepaid"),
                    ("static_pool", "Static pool"),
                    ("dynamic_pool", "Dynamic pool"),
                    ("unlimited", "Unlimited"),
                    ("monthly_bundle", "Monthly bundle"),
                    ("pay_per_mb", "Pay per MB"),
                    ("paygo", "Pay as you go"),
                    ("metered", "Metered"),
                ],
                max_length=16,
            ),
        ),
        migrations.AlterField(
            model_name="planversion",
            name="billing_starts",
            field=models.CharField(
                choices=[("assignment", "Assignment"), ("first_usage", "First usage")],
                default="assignment",
                max_length=12,
            ),
        ),
        migrations.AlterField(
            model_name="planversion",
            name="increment",
            field=models.CharField(
                choices=[("byte", "Byte"), ("KB", "KB"), ("MB", "MB")], default="byte", max_length=4
            ),
        ),
        migrations.AlterField(
            model_name="price",
            name="unit",
            field=models.CharField(
                choices=[
                    ("byte", "Byte"),
                    ("KB", "KB"),
                    ("MB", "MB"),
                    ("GB", "GB"),
                    ("token", "Token"),
                    ("1k_tokens", "Thousand tokens"),
                    ("1m_tokens", "Million tokens"),
                    ("sms", "SMS"),
                    ("second", "Second"),
                    ("hour", "Hour"),
                ],
                max_length=12,
            ),
        ),
        migrations.AlterField(
            model_name="recharge",
            name="status",
            field=models.CharField(
                choices=[
                    ("pending", "Pending"),
                    ("charging", "Charging"),
                    ("requires_action", "Requires action"),
                    ("succeeded", "Succeeded"),
                    ("failed", "Failed"),
                    ("retry_scheduled", "Retry scheduled"),
                    ("exhausted", "Exhausted"),
                ],
                default="pending",
                max_length=16,
            ),
        ),
        migrations.AlterField(
            model_name="recharge",
            name="trigger",
            field=models.CharField(
                choices=[("auto", "Automatic"), ("manual", "By hand")], max_length=8
            ),
        ),
        migrations.AlterField(
            model_name="series",
            name="kind",
            field=models.CharField(
                choices=[
                    ("invoice", "Invoice"),
                    ("credit_note", "Credit note"),
                    ("receipt", "Receipt"),
                ],
                max_length=16,
                primary_key=True,
                serialize=False,
            ),
        ),
    ]
