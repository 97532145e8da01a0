"""Invoices and credit notes, frozen when issued; allocations of money to them."""

from __future__ import annotations

from decimal import Decimal

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from accounts.companies.models import Company
from billing.ledger.models import Entry
from billing.money.calc import ceil_minor
from billing.money.fields import AmountField, CurrencyField
from billing.payments.models import Payment
from billing.profiles.models import BillingType
from billing.subscriptions.models import BillingPeriod
from billing.tax.calc import Treatment
from billing.tax.models import TREATMENTS

NOTHING = Decimal(0)


class Invoice(models.Model):
    """An invoice or a credit note. `content` is what is printed, frozen at issue."""

    class Kind(models.TextChoices):
        INVOICE = "invoice", _("Invoice")
        CREDIT_NOTE = "credit_note", _("Credit note")

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        OPEN = "open", _("Open")
        PAID = "paid", _("Paid")
        OVERDUE = "overdue", _("Overdue")
        VOID = "void", _("Void")
        UNCOLLECTIBLE = "uncollectible", _("Uncollectible")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=12, choices=Kind, default=Kind.INVOICE)
    number = models.CharField(max_length=32, unique=True, null=True, blank=True)
    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="invoices")
    period = models.ForeignKey(
        BillingPeriod, on_delete=models.PROTECT, null=True, blank=True, related_name="invoices"
    )
    corrects = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="corrections"
    )
    status = models.CharField(max_length=14, choices=Status, default=Status.DRAFT)
    status_reason = models.CharField(max_length=300, blank=True)
    status_changed_at = models.DateTimeField()
    billing_type = models.CharField(max_length=16)
    period_start = models.DateTimeField()
    period_end = models.DateTimeField()
    issued_at = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    currency = CurrencyField()
    subtotal = AmountField(default=Decimal(0))
    tax = AmountField(default=Decimal(0))
    total = AmountField(default=Decimal(0))
    paid_from_balance = AmountField(default=Decimal(0))
    amount_due = AmountField(default=Decimal(0), help_text="total − allocations")
    rounding_difference = AmountField(default=Decimal(0))
    features = models.JSONField(default=dict)
    content = models.JSONField(default=dict)
    reason = models.TextField(blank=True)
    entry = models.OneToOneField(
        Entry, on_delete=models.PROTECT, null=True, blank=True, related_name="invoice"
    )
    created_at = models.DateTimeField()

    class Meta:
        db_table = "invoice"
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["period", "kind"],
                condition=Q(corrects=None, period__isnull=False) & ~Q(status="void"),
                name="one_invoice_per_period",
            ),
            models.CheckConstraint(
                condition=Q(status="draft", number=None)
                | ~Q(status="draft") & Q(number__isnull=False, issued_at__isnull=False),
                name="issued_document_has_its_number",
            ),
        ]
        indexes = [
            models.Index(fields=["company", "-created_at", "-id"], name="invoice_by_company"),
            models.Index(
                fields=["company", "issued_at", "id"],
                condition=Q(status__in=["open", "overdue"]),
                name="invoice_to_be_paid",
            ),
        ]

    def __str__(self) -> str:
        return self.number or "draft"

    @property
    def payable(self) -> Decimal:
        """What is left to pay in minor units: `amount_due` rounded up, never above the total.

        A prepaid invoice is due to the last decimal that was deducted. What its total was
        rounded down by is ours: nobody is asked for it.
        """
        return self.payable_of(self.amount_due)

    def payable_of(self, amount_due: Decimal) -> Decimal:
        """`payable` if so much were due."""
        is_prepaid = self.billing_type == BillingType.PREPAID
        forgiven = min(self.rounding_difference, NOTHING) if is_prepaid else NOTHING
        return max(ceil_minor(amount_due + forgiven, self.currency), NOTHING)


class InvoiceLine(models.Model):
    """A line: a service × plan × price × tax, rounded to the minor unit.

    `amount` is net. Where prices include tax, `unit_price` does and `gross` is what the line comes
    to with its tax; else it is empty.
    """

    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="lines")
    position = models.PositiveIntegerField()
    description = models.CharField(max_length=300)
    subject = models.CharField(max_length=128, blank=True)
    quantity = models.DecimalField(max_digits=36, decimal_places=12)
    unit = models.CharField(max_length=16)
    included = models.DecimalField(max_digits=36, decimal_places=12, default=Decimal(0))
    unit_price = models.DecimalField(max_digits=60, decimal_places=32, null=True, blank=True)
    exact_amount = AmountField()
    amount = AmountField()
    gross = AmountField(null=True)
    tax_percent = models.DecimalField(max_digits=7, decimal_places=4, default=Decimal(0))
    treatment = models.CharField(
        max_length=16, choices=TREATMENTS, default=Treatment.STANDARD.value
    )
    group = models.JSONField(default=dict, help_text="What the line is made of, for its records.")

    class Meta:
        db_table = "invoice_line"
        ordering = ["invoice", "position"]
        constraints = [
            models.UniqueConstraint(fields=["invoice", "position"], name="invoice_line_once")
        ]

    def __str__(self) -> str:
        return self.description


class InvoiceTax(models.Model):
    """The tax of one rate and treatment on an invoice, worked out once on the rounded sum
    (EN 16931). `country` is the customer's on the day of issue."""

    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="taxes")
    name = models.CharField(max_length=64)
    percent = models.DecimalField(max_digits=7, decimal_places=4)
    treatment = models.CharField(
        max_length=16, choices=TREATMENTS, default=Treatment.STANDARD.value
    )
    reason = models.CharField(max_length=200, blank=True)
    country = models.CharField(max_length=2, blank=True)
    net = AmountField()
    amount = AmountField()

    class Meta:
        db_table = "invoice_tax"
        constraints = [
            models.UniqueConstraint(
                fields=["invoice", "percent", "treatment"], name="invoice_tax_once_per_rate"
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.percent} %"


class Allocation(models.Model):
    """Part of a credit (a payment, credit note, promotion) that pays part of an invoice."""

    credit = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="allocations")
    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="allocations")
    amount = AmountField()
    at = models.DateTimeField()
    released_at = models.DateTimeField(null=True, blank=True, help_text="By a dispute or refund.")

    class Meta:
        db_table = "allocation"
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="allocation_is_positive")
        ]

    def __str__(self) -> str:
        return f"{self.amount} to {self.invoice_id}"


class Fund(models.Model):
    """Money of a company that can pay invoices, or that was taken back: one row per entry.

    `amount` is what the entry moved on the customer account, `unapplied` what of it pays no
    invoice yet; negative for a refund, dispute or correction that takes more than was free.
    Written from the ledger in its order (`actions.allocate_funds`).
    """

    entry = models.OneToOneField(
        Entry, on_delete=models.PROTECT, primary_key=True, related_name="fund"
    )
    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="funds")
    currency = CurrencyField()
    leg = models.BigIntegerField(help_text="The leg on the customer account: the order of funds.")
    amount = AmountField()
    unapplied = AmountField()

    class Meta:
        db_table = "fund"
        ordering = ["leg"]
        indexes = [
            models.Index(
                fields=["company", "currency", "leg"],
                condition=~Q(unapplied=0),
                name="fund_to_apply",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unapplied} of {self.amount}"


class FundsRead(models.Model):
    """How far the ledger of a company was read for funds."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="+")
    currency = CurrencyField()
    through_leg = models.BigIntegerField(default=0)

    class Meta:
        db_table = "funds_read"
        constraints = [
            models.UniqueConstraint(fields=["company", "currency"], name="funds_read_once")
        ]

    def __str__(self) -> str:
        return f"{self.company_id}: {self.through_leg}"


class InvoicePayment(models.Model):
    """A payment asked for one invoice; at most one is open at a time."""

    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="payments")
    payment = models.OneToOneField(Payment, on_delete=models.PROTECT, related_name="for_invoice")
    is_open = models.BooleanField(default=True)

    class Meta:
        db_table = "invoice_payment"
        constraints = [
            models.UniqueConstraint(
                fields=["invoice"], condition=Q(is_open=True), name="one_open_payment_per_invoice"
            )
        ]

    def __str__(self) -> str:
        return f"{self.payment_id} for {self.invoice_id}"
