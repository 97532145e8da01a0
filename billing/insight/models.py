"""Figures that are shown as of an instant, not live."""

from __future__ import annotations

from django.db import models

from accounts.companies.models import Company
from billing.money.fields import AmountField


class CostToDate(models.Model):
    """What a prepaid company has consumed in its open billing period, tax included, as of `as_of`.

    Feature `prepaid_hourly_billing` says how often it is brought up to date; the balance itself
    is always live.
    """

    company = models.OneToOneField(
        Company, on_delete=models.PROTECT, primary_key=True, related_name="cost_to_date"
    )
    period_start = models.DateTimeField()
    amount = AmountField()
    as_of = models.DateTimeField()

    class Meta:
        db_table = "cost_to_date"
        indexes = [models.Index(fields=["as_of"], name="cost_to_date_age")]

    def __str__(self) -> str:
        return f"{self.amount} as of {self.as_of:%Y-%m-%d %H:%M}"
