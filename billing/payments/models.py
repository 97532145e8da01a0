"""Payment methods, payments, refunds, disputes, gateway events."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from uuid_utils.compat import uuid7

from accounts.companies.models import Company
from billing.documents.models import Receipt
from billing.ledger.models import Entry
from billing.money.fields import MoneyField


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


class Payment(models.Model):
    """Money asked for or received. It enters the ledger once, when the gateway confirms."""

    class Status(models.TextChoices):
        PENDING = "pending"
        REQUIRES_ACTION = "requires_action", "Requires action"
        COMPLETED = "completed"
        FAILED = "failed"
        REFUNDED = "refunded"
        PARTIALLY_REFUNDED = "partially_refunded", "Partly refunded"
        DISPUTED = "disputed"

    class Method(models.TextChoices):
        CARD = "card"
        BANK_TRANSFER = "bank_transfer", "Bank transfer"
        CASH = "cash"
        OTHER = "other"

    class Purpose(models.TextChoices):
        RECHARGE = "recharge"
        INVOICE = "invoice"
        TOP_UP = "top_up", "Top-up"

    objects: models.Manager[Payment] = models.Manager()
    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="payments")
    purpose = models.CharField(max_length=16, choices=Purpose)
    method = models.CharField(max_length=16, choices=Method)
    gateway = models.CharField(max_length=32)
    amount = MoneyField()
    status = models.CharField(max_length=20, choices=Status, default=Status.PENDING)
    payment_method = models.ForeignKey(
        PaymentMethod, on_delete=models.PROTECT, null=True, blank=True, related_name="payments"
    )
    gateway_reference = models.CharField(max_length=255, blank=True)
    is_off_session = models.BooleanField(
        default=False, help_text="Nobody was there: an automatic recharge."
    )
    client_secret = models.CharField(max_length=255, blank=True)
    action_url = models.URLField(
        max_length=500, blank=True, help_text="Where the customer answers 3-D Secure."
    )
    key = models.CharField(max_length=200, unique=True)
    reference = models.CharField(max_length=200, blank=True, help_text="Of a bank transfer.")
    failure_code = models.CharField(max_length=64, blank=True)
    failure_message = models.CharField(max_length=300, blank=True)
    by = models.CharField(max_length=254)
    created_at = models.DateTimeField()
    recorded_at = models.DateTimeField(
        auto_now_add=True, help_text="Wall time: the gateway's key memory counts from here."
    )
    received_at = models.DateTimeField(null=True, blank=True)
    checked_at = models.DateTimeField(
        null=True, blank=True, help_text="Wall time of the last look-up at the gateway."
    )
    entry = models.OneToOneField(
        Entry, on_delete=models.PROTECT, null=True, blank=True, related_name="payment"
    )
    receipt = models.OneToOneField(
        Receipt, on_delete=models.PROTECT, null=True, blank=True, related_name="payment"
    )

    class Meta:
        db_table = "payment"
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["gateway", "gateway_reference"],
                condition=~Q(gateway_reference=""),
                name="payment_gateway_reference_once",
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="payment_is_positive"),
        ]
        indexes = [
            models.Index(fields=["company", "-created_at", "-id"], name="payment_by_company"),
            models.Index(
                fields=["created_at", "id"],
                condition=Q(status__in=["pending", "requires_action"]),
                name="payment_unsettled",
            ),
            models.Index(
                fields=["id"],
                condition=Q(status="failed") & ~Q(client_secret=""),
                name="payment_to_be_confirmed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount} {self.status}"


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


class PaymentStanding(models.Model):
    """How a company's payments go: failures in a row, and since when staff should look at it."""

    company = models.OneToOneField(
        Company, on_delete=models.PROTECT, primary_key=True, related_name="payment_standing"
    )
    failures_in_a_row = models.PositiveIntegerField(default=0)
    review_since = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "payment_standing"

    def __str__(self) -> str:
        return f"{self.failures_in_a_row} failures in a row"
