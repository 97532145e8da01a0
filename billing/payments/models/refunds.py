"""Money that goes back: refunds by us, disputes by the cardholder."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from djmoney.money import Money
from uuid_utils.compat import uuid7

from billing.money.fields import MoneyField
from billing.payments.models.payments import Payment


class Refund(models.Model):
    """Money going back: booked to the clearing account at intent, to cash when confirmed."""

    class Status(models.TextChoices):
        PROPOSED = "proposed"
        PENDING = "pending"
        COMPLETED = "completed"
        FAILED = "failed"
        DECLINED = "declined"

    objects: models.Manager[Refund] = models.Manager()
    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="refunds")
    amount = MoneyField()
    taken = MoneyField(
        null=True, blank=True, help_text="What goes back to the card, in the payment's currency."
    )
    reason = models.TextField()
    status = models.CharField(max_length=10, choices=Status, default=Status.PENDING)
    gateway_reference = models.CharField(max_length=255, blank=True)
    key = models.CharField(max_length=200, unique=True)
    failure_code = models.CharField(max_length=64, blank=True)
    by = models.CharField(max_length=254)
    decided_by = models.CharField(max_length=254, blank=True)
    created_at = models.DateTimeField()
    recorded_at = models.DateTimeField(
        auto_now_add=True, help_text="Wall time: the gateway's key memory counts from here."
    )
    settled_at = models.DateTimeField(null=True, blank=True)
    checked_at = models.DateTimeField(
        null=True, blank=True, help_text="Wall time of the last look-up at the gateway."
    )

    class Meta:
        db_table = "refund"
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="refund_is_positive"),
            models.UniqueConstraint(
                fields=["gateway_reference"],
                condition=~Q(gateway_reference=""),
                name="refund_gateway_reference_once",
            ),
        ]
        indexes = [
            models.Index(
                fields=["created_at", "id"],
                condition=Q(status="pending"),
                name="refund_unsettled",
            )
        ]

    def __str__(self) -> str:
        return f"{self.amount} {self.status}"

    @property
    def returned(self) -> Money:
        """What the gateway moves: the amount, or what that is in the payment's currency."""
        taken: Money | None = self.taken
        return self.amount if taken is None else taken


class Dispute(models.Model):
    """A payment that the cardholder disputes at the bank."""

    class Status(models.TextChoices):
        OPEN = "open"
        WON = "won"
        LOST = "lost"

    objects: models.Manager[Dispute] = models.Manager()
    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="disputes")
    amount = MoneyField()
    taken = MoneyField(
        null=True, blank=True, help_text="What the bank took, in the payment's currency."
    )
    status = models.CharField(max_length=8, choices=Status, default=Status.OPEN)
    gateway_reference = models.CharField(max_length=255, unique=True)
    reason = models.CharField(max_length=100, blank=True)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "dispute"
        ordering = ["-opened_at", "-id"]

    def __str__(self) -> str:
        return f"{self.amount} {self.status}"

    @property
    def returned(self) -> Money:
        """What the bank moves: the amount, or what that is in the payment's currency."""
        taken: Money | None = self.taken
        return self.amount if taken is None else taken
