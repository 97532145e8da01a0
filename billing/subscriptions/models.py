"""Subscriptions, the keys their usage comes under, billing periods, allowances."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from uuid_utils.compat import uuid7

from accounts.companies.models import Company
from billing.catalog.models import Meter, Plan, PlanVersion
from billing.profiles.models import BillingType


class Subscription(models.Model):
    """A plan in force for a subject of a company, from `starts_at` until `ends_at`."""

    class Status(models.TextChoices):
        ACTIVE = "active"
        STOPPED = "stopped"
        ENDED = "ended"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="subscriptions")
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="subscriptions")
    version = models.ForeignKey(PlanVersion, on_delete=models.PROTECT, related_name="subscriptions")
    subject = models.CharField(max_length=128)
    status = models.CharField(max_length=8, choices=Status, default=Status.ACTIVE)
    status_reason = models.CharField(max_length=300, blank=True)
    stopped_by = models.CharField(max_length=8, choices=Company.StoppedBy, blank=True)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True)
    first_usage_at = models.DateTimeField(null=True, blank=True)
    moves_at = models.DateTimeField(
        null=True, blank=True, help_text="When the next change of plan takes effect."
    )
    next_fee_at = models.DateTimeField(
        null=True, blank=True, help_text="When the next monthly fee falls due."
    )
    activation_fee_at = models.DateTimeField(
        null=True, blank=True, help_text="When the activation fee falls due, until it is charged."
    )
    created_at = models.DateTimeField()

    class Meta:
        db_table = "subscription"
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at=None) | Q(ends_at__gte=F("starts_at")),
                name="subscription_ends_after_it_starts",
            )
        ]
        indexes = [
            models.Index(fields=["company", "-created_at"], name="subscription_by_company"),
            models.Index(
                fields=["next_fee_at", "id"],
                condition=Q(next_fee_at__isnull=False),
                name="subscription_fee_due",
            ),
            models.Index(
                fields=["activation_fee_at", "id"],
                condition=Q(activation_fee_at__isnull=False),
                name="subscription_activation_due",
            ),
            models.Index(
                fields=["moves_at", "id"],
                condition=Q(moves_at__isnull=False),
                name="subscription_move_due",
            ),
            models.Index(
                fields=["ends_at", "id"],
                condition=Q(ends_at__isnull=False) & ~Q(status="ended"),
                name="subscription_end_due",
            ),
            models.Index(
                fields=["company"],
                condition=Q(status="stopped", stopped_by="system"),
                name="subscription_stopped",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject} on {self.plan}"


class SubjectKey(models.Model):
    """A key under which usage of a subscription arrives (ICCID, IMSI, MSISDN, any string).

    Half-open in time, so that late usage finds what held when it happened: the subscription, its
    company, and the version of the plan. A change of plan therefore ends a row and begins the next.
    A key belongs to one subscription at any instant: the open row is unique, and `actions` refuse
    overlaps under a lock on the key.
    """

    key = models.CharField(max_length=128, db_collation="C")
    subscription = models.ForeignKey(Subscription, on_delete=models.PROTECT, related_name="keys")
    company = models.ForeignKey(
        Company, on_delete=models.PROTECT, related_name="subject_keys", db_index=False
    )
    version = models.ForeignKey(
        PlanVersion, on_delete=models.PROTECT, related_name="subject_keys", db_index=False
    )
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True, blank=True)
    is_used = models.BooleanField(
        default=False, help_text="The subscription has had its first usage."
    )
    is_foreign = models.BooleanField(
        default=False, help_text="The plan is in another currency than the account."
    )

    class Meta:
        db_table = "subject_key"
        constraints = [
            models.UniqueConstraint(
                fields=["key"], condition=Q(valid_to=None), name="subject_key_in_force_once"
            ),
            models.UniqueConstraint(fields=["key", "valid_from"], name="subject_key_starts_once"),
        ]

    def __str__(self) -> str:
        return self.key


class BillingPeriod(models.Model):
    """A company's month: half-open UTC instants from its billing day in its time zone.

    A closing invoice cuts the open one short; what is left of the month is `rest_of` it.
    `billing_type` is kept where the company's has changed before the invoice was issued.
    """

    class Status(models.TextChoices):
        OPEN = "open"
        CLOSED = "closed"
        ISSUED = "issued"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="billing_periods")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    status = models.CharField(max_length=8, choices=Status, default=Status.OPEN)
    rest_of = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="rest"
    )
    billing_type = models.CharField(max_length=16, choices=BillingType, blank=True)

    class Meta:
        db_table = "billing_period"
        ordering = ["company", "-starts_at"]
        constraints = [
            models.UniqueConstraint(fields=["company", "starts_at"], name="billing_period_once"),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="billing_period_is_not_empty"
            ),
        ]
        indexes = [
            models.Index(
                fields=["ends_at", "id"], condition=~Q(status="issued"), name="billing_period_due"
            )
        ]

    def __str__(self) -> str:
        return f"{self.starts_at:%Y-%m-%d} – {self.ends_at:%Y-%m-%d}"

    @property
    def month_starts_at(self) -> datetime:
        """Where the month begins that it is, or is the rest of."""
        return self.rest_of.month_starts_at if self.rest_of else self.starts_at


class Allowance(models.Model):
    """What is included of one meter of a subscription in one period, and how much of it is used.

    `used` is the sum of `from_allowance` of its charges. Every writer holds the company's customer
    account locked. A change of plan within the period begins another allowance.
    """

    subscription = models.ForeignKey(
        Subscription, on_delete=models.PROTECT, related_name="allowances"
    )
    version = models.ForeignKey(
        PlanVersion, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    meter = models.ForeignKey(Meter, on_delete=models.PROTECT, db_index=False)
    period = models.ForeignKey(BillingPeriod, on_delete=models.PROTECT, related_name="allowances")
    included = models.DecimalField(max_digits=30, decimal_places=0)
    used = models.DecimalField(max_digits=30, decimal_places=0, default=Decimal(0))

    class Meta:
        db_table = "allowance"
        constraints = [
            models.UniqueConstraint(
                fields=["subscription", "period", "version", "meter"],
                name="allowance_once_per_period",
            ),
            models.CheckConstraint(
                condition=Q(used__gte=0, included__gte=0), name="allowance_is_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.used} of {self.included}"
