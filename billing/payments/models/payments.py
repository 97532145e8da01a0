"""Payments, and how a company does with them."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from djmoney.money import Money
from uuid_utils.compat import uuid7

from accounts.companies.models import Company
from billing.currencies.models import ExchangeRate
from billing.documents.models import Receipt
from billing.ledger.models import Entry
from billing.money.fields import MoneyField
from billing.payments.models.methods import PaymentMethod


class Payment(models.Model):
    """Money asked for or received. It enters the ledger once, when the gateway confirms."""

    class Status(models.TextChoices):
        PENDING = "pending", _("Pending")
        REQUIRES_ACTION = "requires_action", _("Requires action")
        COMPLETED = "completed", _("Completed")
        FAILED = "failed", _("Failed")
        REFUNDED = "refunded", _("Refunded")
        PARTIALLY_REFUNDED = "partially_refunded", _("Partly refunded")
        DISPUTED = "disputed", _("Disputed")

    class Method(models.TextChoices):
        CARD = "card", _("Card")
        BANK_TRANSFER = "bank_transfer", _("Bank transfer")
        CASH = "cash", _("Cash")
        OTHER = "other", _("Other")
        WHMCS = "whmcs", "WHMCS"
        XERO = "xero", "Xero"

    class Purpose(models.TextChoices):
        RECHARGE = "recharge", _("Recharge")
        INVOICE = "invoice", _("Invoice")
        TOP_UP = "top_up", _("Top-up")
        DEPOSIT = "deposit", _("Deposit")

    objects: models.Manager[Payment] = models.Manager()
    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="payments")
    purpose = models.CharField(max_length=16, choices=Purpose)
    method = models.CharField(max_length=16, choices=Method)
    gateway = models.CharField(max_length=32)
    amount = MoneyField()
    taken = MoneyField(
        null=True,
        blank=True,
        help_text="What is charged, where that is another currency than the account's.",
    )
    exchange_rate = models.ForeignKey(
        ExchangeRate, on_delete=models.PROTECT, null=True, blank=True, related_name="payments"
    )
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
    reference = models.CharField(
        max_length=200, blank=True, help_text="Of a bank transfer, or the document that is paid."
    )
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
            models.CheckConstraint(
                condition=Q(taken=None, exchange_rate=None)
                | Q(taken__gt=0, exchange_rate__isnull=False)
                & ~Q(taken_currency=F("amount_currency")),
                name="payment_in_another_currency_has_its_rate",
            ),
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

    @property
    def charged(self) -> Money:
        """What the gateway takes: the amount, or what that is in the payment's currency."""
        taken: Money | None = self.taken
        return self.amount if taken is None else taken


class PaymentStanding(models.Model):
    """How a company's payments go: failures in a row, and since when staff should look at it.

    A success takes the flag of failures away; one that says why (`review_reason`) stays until
    staff have looked.
    """

    company = models.OneToOneField(
        Company, on_delete=models.PROTECT, primary_key=True, related_name="payment_standing"
    )
    failures_in_a_row = models.PositiveIntegerField(default=0)
    review_since = models.DateTimeField(null=True, blank=True)
    review_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        db_table = "payment_standing"

    def __str__(self) -> str:
        return f"{self.failures_in_a_row} failures in a row"
