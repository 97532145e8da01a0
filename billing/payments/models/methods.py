"""Saved cards."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from uuid_utils.compat import uuid7

from accounts.companies.models import Company


class PaymentMethod(models.Model):
    """A saved card: brand, last four digits and expiry only."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="payment_methods")
    gateway = models.CharField(max_length=32)
    reference = models.CharField(max_length=255)
    brand = models.CharField(max_length=32)
    last4 = models.CharField(max_length=4)
    exp_month = models.PositiveSmallIntegerField()
    exp_year = models.PositiveSmallIntegerField()
    is_default = models.BooleanField(default=False)
    is_refused = models.BooleanField(
        default=False, help_text="A hard decline (stolen, closed): not tried again by itself."
    )
    added_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "payment_method"
        ordering = ["-is_default", "-added_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["company"],
                condition=Q(is_default=True, removed_at=None),
                name="one_default_payment_method",
            ),
            models.UniqueConstraint(
                fields=["gateway", "reference"], name="payment_method_reference_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.brand.title()} •{self.last4}"
