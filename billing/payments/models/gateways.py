"""Gateways: their switches, whom they know as what, and what they told us."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from uuid_utils.compat import uuid7

from accounts.companies.models import Company


class GatewaySetting(models.Model):
    """Whether a gateway may be used, and by whom. Without a row it is on, for everybody."""

    class Name(models.TextChoices):
        STRIPE = "stripe", "Stripe"
        BANK_TRANSFER = "bank_transfer", "Bank transfer"

    objects: models.Manager[GatewaySetting] = models.Manager()
    gateway = models.CharField(max_length=32, primary_key=True, choices=Name)
    is_on = models.BooleanField(default=True)
    countries = ArrayField(
        models.CharField(max_length=2),
        default=list,
        blank=True,
        help_text="Of the companies that may use it, ISO 3166. Empty: all.",
    )
    currencies = ArrayField(
        models.CharField(max_length=3),
        default=list,
        blank=True,
        help_text="Of the companies that may use it, ISO 4217. Empty: all.",
    )

    class Meta:
        db_table = "gateway_setting"

    def __str__(self) -> str:
        return self.get_gateway_display()

    def serves(self, *, country: str, currency: str) -> bool:
        """Whether a company of this country and currency may use it."""
        in_reach = not self.countries or country in self.countries
        return self.is_on and in_reach and (not self.currencies or currency in self.currencies)


class GatewayCustomer(models.Model):
    """The customer object that a gateway keeps for a company."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="gateway_customers")
    gateway = models.CharField(max_length=32)
    reference = models.CharField(max_length=255)

    class Meta:
        db_table = "gateway_customer"
        constraints = [
            models.UniqueConstraint(
                fields=["company", "gateway"], name="gateway_customer_once_per_company"
            ),
            models.UniqueConstraint(
                fields=["gateway", "reference"], name="gateway_customer_reference_once"
            ),
        ]

    def __str__(self) -> str:
        return self.reference


class GatewayEvent(models.Model):
    """A webhook as it arrived, kept before it is acted on: a duplicate changes nothing."""

    class Status(models.TextChoices):
        WAITING = "waiting"
        DONE = "done"
        IGNORED = "ignored"
        FAILED = "failed"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    gateway = models.CharField(max_length=32)
    reference = models.CharField(max_length=255)
    type = models.CharField(max_length=100)
    payload = models.JSONField()
    status = models.CharField(max_length=8, choices=Status, default=Status.WAITING)
    error = models.TextField(blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    received_at = models.DateTimeField()
    handled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "gateway_event"
        ordering = ["-received_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["gateway", "reference"], name="gateway_event_once")
        ]
        indexes = [
            models.Index(
                fields=["received_at", "id"],
                condition=Q(status="waiting"),
                name="gateway_event_waits",
            )
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.reference}"
