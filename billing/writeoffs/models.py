"""Unpaid invoices that are given up."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from uuid_utils.compat import uuid7

from billing.invoicing.models import Invoice
from billing.ledger.models import Entry
from billing.money.fields import AmountField


class WriteOff(models.Model):
    """What is due of an invoice, given up by staff; above `four_eyes_amount` by two of them."""

    class Status(models.TextChoices):
        PROPOSED = "proposed"
        BOOKED = "booked"
        DECLINED = "declined"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    invoice = models.ForeignKey(Invoice, models.PROTECT, related_name="write_offs")
    amount = AmountField(help_text="What is due when it is proposed, and then what is booked.")
    reason = models.TextField()
    key = models.CharField(max_length=300, unique=True)
    status = models.CharField(max_length=10, choices=Status, default=Status.PROPOSED)
    proposed_by = models.CharField(max_length=254)
    proposed_at = models.DateTimeField()
    decided_by = models.CharField(max_length=254, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    entry = models.OneToOneField(Entry, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        db_table = "write_off"
        verbose_name = "write-off"
        ordering = ["-proposed_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["invoice"],
                condition=Q(status="proposed"),
                name="one_proposed_write_off_per_invoice",
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="write_off_is_positive"),
            models.CheckConstraint(
                condition=Q(status="booked", entry__isnull=False)
                | ~Q(status="booked") & Q(entry=None),
                name="write_off_is_booked_by_an_entry",
            ),
        ]

    def __str__(self) -> str:
        return f"write-off of {self.invoice_id}"
