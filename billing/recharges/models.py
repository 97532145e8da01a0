"""Recharge rules and recharges, automatic and manual (Pay now)."""

from __future__ import annotations

from decimal import Decimal

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from accounts.companies.models import Company
from billing.money.fields import AmountField, MoneyField
from billing.payments.models import Payment, PaymentMethod


class RechargeRule(models.Model):
    """When and to what a company's balance is recharged; amounts in the company's currency."""

    company = models.OneToOneField(
        Company, on_delete=models.PROTECT, primary_key=True, related_name="recharge_rule"
    )
    enabled = models.BooleanField(default=False)
    threshold = AmountField(default=Decimal(0))
    recharge_to = AmountField(default=Decimal(0))
    payment_method = models.ForeignKey(
        PaymentMethod, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    fallback_methods = ArrayField(models.UUIDField(), default=list, blank=True)
    monthly_cap = AmountField(null=True, blank=True)
    max_per_day = models.PositiveSmallIntegerField(null=True, blank=True)
    paused_at = models.DateTimeField(
        null=True, blank=True, help_text="Exhausted: waits for a payment or a new card."
    )
    threshold_told_at = models.DateTimeField(null=True, blank=True)
    changed_at = models.DateTimeField()

    class Meta:
        db_table = "recharge_rule"
        constraints = [
            models.CheckConstraint(
                condition=Q(enabled=False) | Q(recharge_to__gt=F("threshold")),
                name="recharge_to_is_above_threshold",
            )
        ]

    def __str__(self) -> str:
        return f"{self.threshold} → {self.recharge_to}"


class Recharge(models.Model):
    """Money added to the balance. At most one automatic recharge of a company is open."""

    class Trigger(models.TextChoices):
        AUTO = "auto", _("Automatic")
        MANUAL = "manual", _("By hand")

    class Status(models.TextChoices):
        PENDING = "pending", _("Pending")
        CHARGING = "charging", _("Charging")
        REQUIRES_ACTION = "requires_action", _("Requires action")
        SUCCEEDED = "succeeded", _("Succeeded")
        FAILED = "failed", _("Failed")
        RETRY_SCHEDULED = "retry_scheduled", _("Retry scheduled")
        EXHAUSTED = "exhausted", _("Exhausted")

    OPEN = (Status.PENDING, Status.CHARGING, Status.RETRY_SCHEDULED)

    objects: models.Manager[Recharge] = models.Manager()
    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="recharges")
    trigger = models.CharField(max_length=8, choices=Trigger)
    status = models.CharField(max_length=16, choices=Status, default=Status.PENDING)
    amount = MoneyField()
    attempt = models.PositiveSmallIntegerField(default=0)
    tries = models.PositiveSmallIntegerField(
        default=0, help_text="All attempts, also those before the count started over."
    )
    next_attempt_at = models.DateTimeField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True, help_text="Wall time.")
    failure_code = models.CharField(max_length=64, blank=True)
    threshold = AmountField(null=True, blank=True)
    recharge_to = AmountField(null=True, blank=True)
    note = models.CharField(max_length=300, blank=True, help_text="E.g. limited by the maximum.")
    balance_after = AmountField(null=True, blank=True)
    key = models.CharField(max_length=200, unique=True)
    by = models.CharField(max_length=254)
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "recharge"
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["company"],
                condition=Q(trigger="auto", status__in=["pending", "charging", "retry_scheduled"]),
                name="one_open_recharge_per_account",
            )
        ]
        indexes = [
            models.Index(fields=["company", "-created_at", "-id"], name="recharge_by_company"),
            models.Index(
                fields=["next_attempt_at", "id"],
                condition=Q(status__in=["pending", "retry_scheduled"]),
                name="recharge_due",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.trigger} {self.amount} {self.status}"


class RechargeAttempt(models.Model):
    """One try of one card within a recharge, with the gateway's reason when it failed.

    `number` is that of the recharge's `tries`: cards of the same try share it.
    """

    recharge = models.ForeignKey(Recharge, on_delete=models.PROTECT, related_name="attempts")
    number = models.PositiveSmallIntegerField()
    payment = models.OneToOneField(Payment, on_delete=models.PROTECT, related_name="attempt")
    made_at = models.DateTimeField()

    class Meta:
        db_table = "recharge_attempt"
        ordering = ["recharge", "id"]

    def __str__(self) -> str:
        return f"attempt {self.number} of {self.recharge_id}"


class ConsumptionAlert(models.Model):
    """Consumption in the period reaches a limit → mail to the addresses; once per period."""

    company = models.OneToOneField(
        Company, on_delete=models.PROTECT, primary_key=True, related_name="consumption_alert"
    )
    enabled = models.BooleanField(default=False)
    limit = AmountField(default=Decimal(0))
    emails = ArrayField(models.EmailField(max_length=254), default=list, blank=True)
    told_for = models.DateTimeField(
        null=True, blank=True, help_text="Start of the period that the alert was sent for."
    )
    changed_at = models.DateTimeField()

    class Meta:
        db_table = "consumption_alert"

    def __str__(self) -> str:
        return f"{self.limit} → {', '.join(self.emails)}"
