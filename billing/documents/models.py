"""Number series without gaps, and receipt vouchers."""

from __future__ import annotations

from django.db import models
from uuid_utils.compat import uuid7

from accounts.companies.models import Company
from billing.money.fields import AmountField, CurrencyField


class Series(models.Model):
    """A series of document numbers; the row is locked in the transaction that issues."""

    class Kind(models.TextChoices):
        INVOICE = "invoice"
        CREDIT_NOTE = "credit_note", "Credit note"
        RECEIPT = "receipt"
        TOP_UP_INVOICE = "top_up_invoice", "Top-up invoice"

    kind = models.CharField(max_length=16, choices=Kind, primary_key=True)
    prefix = models.CharField(max_length=16)
    next_number = models.PositiveBigIntegerField(default=1)

    class Meta:
        db_table = "document_series"
        verbose_name_plural = "series"

    def __str__(self) -> str:
        return f"{self.prefix}{self.next_number:06d}"


class Receipt(models.Model):
    """A receipt voucher: what was received, numbered, frozen (`content` is what is printed)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="receipts")
    number = models.CharField(max_length=32, unique=True)
    issued_at = models.DateTimeField()
    amount = AmountField()
    currency = CurrencyField()
    content = models.JSONField()

    class Meta:
        db_table = "receipt"
        ordering = ["-issued_at", "-id"]
        indexes = [models.Index(fields=["company", "-issued_at", "-id"], name="receipt_by_company")]

    def __str__(self) -> str:
        return self.number
