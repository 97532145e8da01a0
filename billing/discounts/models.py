"""Discounts and additional services of a customer: an adjustment of its bills for some months."""

from __future__ import annotations

from decimal import Decimal

from django.db import models
from django.db.models import Q
from uuid_utils.compat import uuid7

from accounts.companies.models import Company
from billing.catalog.models import Plan
from billing.money.fields import AmountField


class Discount(models.Model):
    """Positive is a surcharge, negative a discount; a share of the bill or an amount a month.

    `starts` is the first day of a month; it holds for the billing periods that begin in that month
    and the next ones, `cycles` in all. With a plan it is about that plan's lines only.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    company = models.ForeignKey(Company, models.PROTECT, related_name="discounts")
    name = models.CharField(max_length=120)
    starts = models.DateField()
    cycles = models.PositiveSmallIntegerField(help_text="Billing periods; 0 is until it is ended.")
    plan = models.ForeignKey(Plan, models.PROTECT, null=True, blank=True, related_name="+")
    percent = models.DecimalField(max_digits=9, decimal_places=4, null=True, blank=True)
    amount = AmountField(null=True, blank=True)
    created_by = models.CharField(max_length=254)
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "discount"
        ordering = ["created_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(percent=None, amount__isnull=False) & ~Q(amount=0)
                | Q(amount=None, percent__isnull=False) & ~Q(percent=0),
                name="discount_is_a_share_or_an_amount",
            ),
            models.CheckConstraint(
                condition=Q(percent=None) | Q(percent__gte=-100), name="discount_is_not_above_all"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_surcharge(self) -> bool:
        return (self.percent or self.amount or Decimal(0)) > 0
