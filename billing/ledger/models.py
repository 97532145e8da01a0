"""The ledger: accounts, entries, legs, holds. `actions.make_entry` is its only writer.

Positive leg = credit. Legs of an entry sum to zero in each currency (a statement trigger),
entries and legs are appended and never changed (row triggers).
"""

from __future__ import annotations

from decimal import Decimal

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from accounts.companies.models import Company
from billing.money.fields import AmountField, CurrencyField

_append_only = pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
_never_deleted = pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete)


class AccountKind(models.TextChoices):
    CUSTOMER = "customer"
    UNINVOICED = "uninvoiced"
    UNINVOICED_TAX = "uninvoiced_tax", "Uninvoiced tax"
    DEFERRED = "deferred"
    DEPOSIT = "deposit"
    CASH = "cash"
    REVENUE = "revenue"
    TAX = "tax"
    ROUNDING = "rounding"
    FX = "fx", "FX"
    FEES = "fees"
    REFUNDS = "refunds"
    PROMOTIONS = "promotions"
    WRITE_OFF = "write_off", "Write-off"
    BREAKAGE = "breakage"
    OTHER_INCOME = "other_income", "Other income"


COMPANY_KINDS = (
    AccountKind.CUSTOMER,
    AccountKind.UNINVOICED,
    AccountKind.UNINVOICED_TAX,
    AccountKind.DEFERRED,
    AccountKind.DEPOSIT,
)


ADJUSTED_AGAINST = [
    (kind.value, kind.label)
    for kind in (
        AccountKind.PROMOTIONS,
        AccountKind.WRITE_OFF,
        AccountKind.OTHER_INCOME,
        AccountKind.FEES,
    )
]


class Account(models.Model):
    """A ledger account: one of a company, or one of our own (company empty).

    Company accounts store the sum of their legs as `balance`; own accounts store none, so that
    nobody waits for them. `detail` tells own accounts of a kind apart: the gateway of `cash`,
    the rate of `tax`. `moved_at` is the time of the latest entry: the next one is never earlier,
    so that time and the order of legs agree.
    """

    company = models.ForeignKey(
        Company,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="ledger_accounts",
        db_index=False,
    )
    kind = models.CharField(max_length=16, choices=AccountKind)
    detail = models.CharField(max_length=64, blank=True)
    currency = CurrencyField()
    balance = AmountField(null=True, blank=True)
    held = AmountField(default=Decimal(0))
    moved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "ledger_account"
        triggers = [_never_deleted]
        constraints = [
            models.UniqueConstraint(
                fields=["company", "kind", "currency"],
                condition=Q(company__isnull=False),
                name="ledger_account_once_per_company",
            ),
            models.UniqueConstraint(
                fields=["kind", "detail", "currency"],
                condition=Q(company=None),
                name="ledger_own_account_once",
            ),
            models.CheckConstraint(
                condition=Q(company=None, balance=None)
                | Q(company__isnull=False, balance__isnull=False),
                name="ledger_company_account_stores_its_balance",
            ),
            models.CheckConstraint(
                condition=Q(company=None) & ~Q(kind__in=COMPANY_KINDS)
                | Q(company__isnull=False) & Q(kind__in=COMPANY_KINDS),
                name="ledger_account_kind_fits_its_owner",
            ),
            models.CheckConstraint(condition=Q(held__gte=0), name="ledger_held_is_not_negative"),
        ]

    def __str__(self) -> str:
        name = f"{self.kind}:{self.detail}" if self.detail else self.kind
        return f"{name} {self.currency}"


class EntryKind(models.TextChoices):
    PAYMENT = "payment", _("Payment")
    RECHARGE = "recharge", _("Recharge")
    USAGE = "usage", _("Usage")
    FEE = "fee", _("Fee")
    INVOICE = "invoice", _("Invoice")
    CREDIT_NOTE = "credit_note", _("Credit note")
    VOID = "void", _("Void")
    REFUND = "refund", _("Refund")
    REFUND_SETTLED = "refund_settled", _("Refund settled")
    REFUND_FAILED = "refund_failed", _("Refund failed")
    DISPUTE = "dispute", _("Dispute")
    DISPUTE_WON = "dispute_won", _("Dispute won")
    GATEWAY_FEE = "gateway_fee", _("Gateway fee")
    DEPOSIT = "deposit", _("Deposit")
    PROMOTION = "promotion", _("Promotion")
    ADJUSTMENT = "adjustment", _("Adjustment")
    RERATING = "rerating", _("Re-rating")
    WRITE_OFF = "write_off", _("Write-off")


class Entry(models.Model):
    """A movement of money. `at` is business time, `key` makes it happen once."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=16, choices=EntryKind)
    company = models.ForeignKey(
        Company, models.PROTECT, null=True, blank=True, related_name="entries", db_index=False
    )
    at = models.DateTimeField()
    recorded_at = models.DateTimeField(auto_now_add=True)
    key = models.CharField(max_length=200)
    description = models.CharField(max_length=300, blank=True)
    document = models.CharField(max_length=64, blank=True)
    by = models.CharField(max_length=254)
    reason = models.TextField(blank=True)

    class Meta:
        db_table = "ledger_entry"
        verbose_name_plural = "entries"
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["key"], name="ledger_entry_key_once")]
        indexes = [models.Index(fields=["company", "-at", "-id"], name="ledger_entry_by_company")]
        triggers = [_append_only]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


class Leg(models.Model):
    """One side of an entry. `balance_after` is kept on legs of company accounts.

    Entry and account of a leg are proven by the statement trigger that proves its sum, not by
    foreign keys: those cost 380 ms for 30 000 legs, the trigger a few, and every leg would share
    a row lock on accounts such as `revenue`.
    """

    entry = models.ForeignKey(Entry, models.PROTECT, related_name="legs", db_constraint=False)
    account = models.ForeignKey(
        Account, models.PROTECT, related_name="legs", db_index=False, db_constraint=False
    )
    amount = AmountField()
    balance_after = AmountField(null=True, blank=True)

    class Meta:
        db_table = "ledger_leg"
        ordering = ["-id"]
        indexes = [models.Index(fields=["account", "-id"], name="ledger_leg_statement")]
        triggers = [_append_only]

    def __str__(self) -> str:
        return f"{self.amount} on {self.account_id}"


class BalanceSnapshot(models.Model):
    """The balance of an own account up to and with leg `through_leg`."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="snapshots")
    through_leg = models.BigIntegerField()
    balance = AmountField()
    taken_at = models.DateTimeField()

    class Meta:
        db_table = "ledger_balance_snapshot"
        constraints = [
            models.UniqueConstraint(
                fields=["account", "through_leg"], name="ledger_snapshot_once_per_leg"
            )
        ]

    def __str__(self) -> str:
        return f"{self.account_id} = {self.balance}"


class Hold(models.Model):
    """Money set aside on a customer account before use; `held` of the account is their sum."""

    class Status(models.TextChoices):
        ACTIVE = "active"
        COMMITTED = "committed"
        RELEASED = "released"
        EXPIRED = "expired"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    company = models.ForeignKey(Company, models.PROTECT, related_name="holds", db_index=False)
    account = models.ForeignKey(Account, models.PROTECT, related_name="holds", db_index=False)
    status = models.CharField(max_length=10, choices=Status, default=Status.ACTIVE)
    amount = AmountField(help_text="What is set aside now.")
    subject = models.CharField(max_length=128, blank=True)
    meter = models.CharField(max_length=64, blank=True)
    country = models.CharField(max_length=2, blank=True)
    quantity = models.DecimalField(max_digits=30, decimal_places=0, null=True, blank=True)
    is_final = models.BooleanField(default=False)
    reference = models.CharField(max_length=200)
    session = models.CharField(max_length=128, blank=True)
    key = models.CharField(max_length=300)
    placed_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    charge_id = models.UUIDField(null=True, blank=True)

    class Meta:
        db_table = "ledger_hold"
        ordering = ["-placed_at", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gte=0), name="hold_is_not_negative"),
            models.UniqueConstraint(fields=["key"], name="hold_key_once"),
        ]
        indexes = [
            models.Index(
                fields=["expires_at", "id"], condition=Q(status="active"), name="hold_expires"
            ),
            models.Index(fields=["company", "-placed_at"], name="hold_by_company"),
            models.Index(fields=["account"], condition=Q(status="active"), name="hold_is_active"),
        ]

    def __str__(self) -> str:
        return f"{self.reference}: {self.amount}"


class Adjustment(models.Model):
    """A correction by staff; above `four_eyes_amount` a second person approves before it books."""

    class Status(models.TextChoices):
        PROPOSED = "proposed"
        BOOKED = "booked"
        DECLINED = "declined"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="adjustments")
    amount = AmountField(help_text="Positive raises the balance, negative lowers it.")
    currency = CurrencyField()
    against = models.CharField(
        max_length=16,
        choices=ADJUSTED_AGAINST,
        default=AccountKind.PROMOTIONS,
    )
    reason = models.TextField()
    key = models.CharField(max_length=300)
    status = models.CharField(max_length=10, choices=Status, default=Status.PROPOSED)
    proposed_by = models.CharField(max_length=254)
    proposed_at = models.DateTimeField()
    decided_by = models.CharField(max_length=254, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, null=True, blank=True)

    class Meta:
        db_table = "ledger_adjustment"
        ordering = ["-proposed_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["key"], name="adjustment_key_once"),
            models.CheckConstraint(condition=~Q(amount=0), name="adjustment_is_not_zero"),
            models.CheckConstraint(
                condition=Q(status="booked", entry__isnull=False)
                | ~Q(status="booked") & Q(entry=None),
                name="adjustment_is_booked_by_an_entry",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"
