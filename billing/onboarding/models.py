"""How companies signed up and ended; the months that fixed contracts have paid for."""

from __future__ import annotations

from decimal import Decimal

from django.db import models
from django.db.models import QuerySet
from djmoney.money import Money

from accounts.companies.models import Company
from billing.invoicing.models import Invoice
from billing.ledger.models import Entry
from billing.money.fields import AmountField
from billing.payments.models import Payment, Refund
from billing.subscriptions.models import BillingPeriod


class FixedPayment(models.Model):
    """A billing period of which the set amount of a fixed contract has been charged."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="fixed_payments")
    period = models.OneToOneField(
        BillingPeriod, on_delete=models.PROTECT, related_name="fixed_payment"
    )
    charge_id = models.UUIDField(help_text="Charges are partitioned by month: no foreign key.")
    charged_at = models.DateTimeField()

    class Meta:
        db_table = "fixed_payment"
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.company}: {self.period}"


class SignUp(models.Model):
    """How a company that signed up by itself came to be a customer.

    Its terms are confirmed, then its deposit is paid if one is asked for, then it is active; staff
    verify it or refuse to. `refunded` and `credited` are what became of a deposit that was held.
    """

    class Verification(models.TextChoices):
        PENDING = "pending"
        ACCEPTED = "accepted"
        REFUSED = "refused"

    class Deposit(models.TextChoices):
        NONE = "none", "None"
        ASKED = "asked", "Asked for"
        HELD = "held"
        RELEASED = "released"
        KEPT = "kept"
        LOST = "lost", "Lost in a dispute"

    company = models.OneToOneField(
        Company, on_delete=models.PROTECT, primary_key=True, related_name="sign_up"
    )
    started_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True, blank=True)
    deposit = models.CharField(max_length=8, choices=Deposit, default=Deposit.NONE)
    payment = models.OneToOneField(
        Payment, on_delete=models.PROTECT, null=True, blank=True, related_name="for_sign_up"
    )
    verification = models.CharField(
        max_length=8, choices=Verification, default=Verification.PENDING
    )
    reason = models.CharField(max_length=300, blank=True)
    decided_by = models.CharField(max_length=254, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    refund_percent = models.DecimalField(
        max_digits=7,
        decimal_places=4,
        null=True,
        blank=True,
        help_text="Of the deposit, as it was set when the account was verified.",
    )
    refund = models.OneToOneField(
        Refund, on_delete=models.PROTECT, null=True, blank=True, related_name="of_sign_up"
    )
    refunded = AmountField(default=Decimal(0))
    credited = AmountField(default=Decimal(0))

    class Meta:
        db_table = "sign_up"
        ordering = ["-started_at"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(verification="pending", decided_at=None)
                | ~models.Q(verification="pending") & models.Q(decided_at__isnull=False),
                name="sign_up_decided_says_when",
            )
        ]

    def __str__(self) -> str:
        return f"Sign-up of {self.company}"

    @property
    def deposit_paid(self) -> Money | None:
        """The deposit, once it is in the books."""
        payment = self.payment
        return payment.amount if payment is not None and payment.entry_id else None

    @property
    def refunded_money(self) -> Money:
        return Money(self.refunded, self.company.billing_profile.currency)

    @property
    def credited_money(self) -> Money:
        return Money(self.credited, self.company.billing_profile.currency)

    @property
    def waiting(self) -> Payment | None:
        """The payment of the deposit, while its customer has to confirm it."""
        payment = self.payment
        if payment is None or payment.status != Payment.Status.REQUIRES_ACTION:
            return None
        return payment


class Closing(models.Model):
    """The end of a company: its final invoice, and what was left that no card took back.

    `to_transfer` is for staff to send by bank transfer; `transferred_at` says that it was done.
    """

    company = models.OneToOneField(
        Company, on_delete=models.PROTECT, primary_key=True, related_name="closing"
    )
    closed_at = models.DateTimeField()
    by = models.CharField(max_length=254)
    reason = models.CharField(max_length=300)
    invoice = models.ForeignKey(
        Invoice, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    to_transfer = AmountField(default=Decimal(0))
    transferred_at = models.DateTimeField(null=True, blank=True)
    entry = models.OneToOneField(
        Entry, on_delete=models.PROTECT, null=True, blank=True, related_name="closing"
    )

    class Meta:
        db_table = "closing"
        ordering = ["-closed_at"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(to_transfer__gte=0), name="closing_transfer_is_not_negative"
            )
        ]

    def __str__(self) -> str:
        return f"Closing of {self.company}"

    @property
    def transfer(self) -> Money:
        return Money(self.to_transfer, self.company.billing_profile.currency)

    @property
    def refunds(self) -> QuerySet[Refund]:
        """What went back, or is going back, to cards."""
        return Refund.objects.filter(key__startswith=f"closing:{self.pk}:").order_by("id")

    @property
    def refunded(self) -> Money:
        """All of it together, but for what has failed."""
        on_way = self.refunds.exclude(status__in=[Refund.Status.FAILED, Refund.Status.DECLINED])
        total = on_way.aggregate(total=models.Sum("amount"))["total"] or Decimal(0)
        return Money(total, self.company.billing_profile.currency)
