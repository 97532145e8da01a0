"""Top-up invoices: numbered demands for prepayment, and the payments made for them."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from djmoney.money import Money
from uuid_utils.compat import uuid7

from accounts.companies.models import Company
from billing.money.fields import AmountField, MoneyField
from billing.payments.models import Payment

# What of an issued one still changes; all else is frozen by the database.
CHANGING = ["amount_due", "status", "status_reason", "status_changed_at"]


class TopUpInvoice(models.Model):
    """A demand for prepayment. No revenue, no tax invoice, and nothing in the ledger: money enters
    the books with its payments. `content` is what is printed, frozen at issue."""

    class Status(models.TextChoices):
        OPEN = "open", _("Open")
        PAID = "paid", _("Paid")
        VOID = "void", _("Void")

    objects: models.Manager[TopUpInvoice] = models.Manager()
    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="top_up_invoices")
    number = models.CharField(max_length=32, unique=True)
    amount = MoneyField()
    amount_due = AmountField(
        help_text="amount − what came in for it and stayed, never below zero; none when void"
    )
    status = models.CharField(max_length=4, choices=Status, default=Status.OPEN)
    status_reason = models.CharField(max_length=300, blank=True)
    status_changed_at = models.DateTimeField()
    issued_at = models.DateTimeField()
    due_at = models.DateTimeField(help_text="The day to pay by; nothing happens after it.")
    content = models.JSONField()
    key = models.CharField(max_length=200, unique=True)
    by = models.CharField(max_length=254)

    class Meta:
        db_table = "top_up_invoice"
        verbose_name = "top-up invoice"
        ordering = ["-issued_at", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="top_up_invoice_is_positive"),
            models.CheckConstraint(
                condition=Q(amount_due__lte=F("amount"))
                & (Q(status="open", amount_due__gt=0) | ~Q(status="open") & Q(amount_due=0)),
                name="top_up_invoice_is_open_while_due",
            ),
        ]
        indexes = [
            models.Index(fields=["company", "-issued_at", "-id"], name="top_up_invoice_by_company"),
        ]
        triggers = [
            pgtrigger.ReadOnly(name="frozen_when_issued", exclude=CHANGING),
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def currency(self) -> str:
        return str(self.amount.currency)

    @property
    def due(self) -> Money:
        return Money(self.amount_due, self.amount.currency)


class TopUpPayment(models.Model):
    """A payment made for a top-up invoice; at most one by card is open at a time."""

    top_up_invoice = models.ForeignKey(
        TopUpInvoice, on_delete=models.PROTECT, related_name="payments"
    )
    payment = models.OneToOneField(Payment, on_delete=models.PROTECT, related_name="for_top_up")
    is_open = models.BooleanField(default=False, help_text="The gateway has not decided yet.")

    class Meta:
        db_table = "top_up_payment"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["top_up_invoice"],
                condition=Q(is_open=True),
                name="one_open_payment_per_top_up_invoice",
            )
        ]

    def __str__(self) -> str:
        return f"{self.payment_id} for {self.top_up_invoice_id}"
