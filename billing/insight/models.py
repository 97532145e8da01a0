"""Figures shown as of an instant, not live; what audits of the books and previews found."""

from __future__ import annotations

from django.db import models
from uuid_utils.compat import uuid7

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


class BooksAudit(models.Model):
    """What one check of one run found: `faults` of `examined` things, the first ones in words."""

    run = models.UUIDField()
    name = models.CharField(max_length=64)
    proves = models.CharField(max_length=300)
    is_ok = models.BooleanField()
    examined = models.BigIntegerField()
    faults = models.BigIntegerField()
    findings = models.JSONField(default=list)
    took_ms = models.PositiveIntegerField()
    checked_at = models.DateTimeField()

    class Meta:
        db_table = "books_audit"
        verbose_name = "books check"
        ordering = ["-checked_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["run", "name"], name="books_check_once_per_run")
        ]
        indexes = [models.Index(fields=["-checked_at"], name="books_audit_by_time")]

    def __str__(self) -> str:
        return f"{self.name}: {'holds' if self.is_ok else self.faults}"

    @property
    def title(self) -> str:
        """The name in words."""
        return self.name.replace("_", " ").capitalize()


class FeaturePreview(models.Model):
    """What a value of a feature would do to the open periods, as it was shown to a person.

    `version` is the feature's at that time. `outcomes`: "from_period_start" and "from_now", each a
    list of the companies affected as [id, name, currency, before, after], amounts as text.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    key = models.CharField(max_length=64)
    value = models.JSONField(null=True)
    version = models.PositiveIntegerField()
    outcomes = models.JSONField()
    previewed_by = models.CharField(max_length=254)
    previewed_at = models.DateTimeField()

    class Meta:
        db_table = "feature_preview"
        ordering = ["-previewed_at", "-id"]
        indexes = [models.Index(fields=["key", "-previewed_at"], name="feature_preview_by_key")]

    def __str__(self) -> str:
        return f"{self.key} = {self.value!r}"
