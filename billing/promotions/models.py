"""Promo codes, who has redeemed them, and the credit that they gave."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from uuid_utils.compat import uuid7

from accounts.companies.models import Company
from billing.ledger.models import Entry
from billing.money.fields import AmountField, CurrencyField


class PromoCode(models.Model):
    """A share or an amount off the next invoices (`invoices`, 0 = all), or a credit once.

    `redeemed` counts under the row's lock; that it never passes the limit is a constraint.
    """

    class Kind(models.TextChoices):
        SIGNUP = "signup", "New customers"
        EXISTING = "existing", "Existing customers"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(max_length=40, unique=True)
    kind = models.CharField(max_length=8, choices=Kind)
    percent = models.DecimalField(max_digits=7, decimal_places=4, null=True, blank=True)
    amount = AmountField(null=True, blank=True)
    currency = CurrencyField(blank=True, help_text="Empty: a share, in any currency.")
    valid_from = models.DateTimeField(null=True, blank=True)
    valid_until = models.DateTimeField(null=True, blank=True)
    max_redemptions = models.PositiveIntegerField(null=True, blank=True)
    max_per_company = models.PositiveIntegerField(default=1)
    invoices = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="How many of the next ones; 0 is all, empty is a credit."
    )
    redeemed = models.PositiveIntegerField(default=0)
    created_by = models.CharField(max_length=254)
    created_at = models.DateTimeField()

    class Meta:
        db_table = "promo_code"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(percent=None, amount__gt=0) & ~Q(currency="")
                | Q(amount=None, percent__gt=0, percent__lte=100, invoices__isnull=False),
                name="promo_code_is_a_share_or_an_amount",
            ),
            models.CheckConstraint(
                condition=Q(max_redemptions=None) | Q(redeemed__lte=F("max_redemptions")),
                name="promo_code_limit_is_never_passed",
            ),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def is_credit(self) -> bool:
        return self.invoices is None


class Redemption(models.Model):
    """A code that a company has taken; `applied` invoices have had their share."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.ForeignKey(PromoCode, models.PROTECT, related_name="redemptions")
    company = models.ForeignKey(Company, models.PROTECT, related_name="redemptions")
    applied = models.PositiveIntegerField(default=0)
    redeemed_by = models.CharField(max_length=254)
    redeemed_at = models.DateTimeField()

    class Meta:
        db_table = "promo_redemption"
        ordering = ["redeemed_at", "id"]

    def __str__(self) -> str:
        return f"{self.code_id} by {self.company_id}"


class CreditLot(models.Model):
    """Promo credit on a balance: spent before other money, expires, is never refunded.

    `left` is as of the leg up to which the company's consumption was read (`CreditsRead`).
    """

    redemption = models.OneToOneField(Redemption, models.PROTECT, related_name="lot")
    company = models.ForeignKey(Company, models.PROTECT, related_name="credit_lots")
    currency = CurrencyField()
    amount = AmountField()
    left = AmountField()
    expires_at = models.DateTimeField(null=True, blank=True)
    entry = models.OneToOneField(Entry, models.PROTECT, related_name="+")
    expired_by = models.OneToOneField(
        Entry, models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        db_table = "credit_lot"
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(left__gte=0, left__lte=F("amount")), name="credit_lot_is_within_bounds"
            )
        ]
        indexes = [
            models.Index(
                fields=["expires_at"], condition=Q(left__gt=0), name="credit_lot_to_expire"
            )
        ]

    def __str__(self) -> str:
        return f"{self.left} of {self.amount} {self.currency}"


class CreditsRead(models.Model):
    """How far the consumption of a company was read for its credit."""

    company = models.OneToOneField(Company, models.PROTECT, primary_key=True, related_name="+")
    through_leg = models.BigIntegerField()

    class Meta:
        db_table = "credits_read"

    def __str__(self) -> str:
        return f"{self.company_id}: {self.through_leg}"
