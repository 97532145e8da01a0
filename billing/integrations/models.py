"""Work to be sent to other systems, what they know our rows as, and money that arrived there."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import Q
from uuid_utils.compat import uuid7

from accounts.companies.models import Company
from billing.money.fields import AmountField, CurrencyField
from billing.payments.models import Payment


class System(models.TextChoices):
    """The systems that Tollgate can keep in step."""

    WHMCS = "whmcs", "WHMCS"
    XERO = "xero", "Xero"


class SyncWork(models.Model):
    """One thing of ours that a system is to know: a row per system, operation and subject.

    Rows of a company are worked off in the order of `position`, one at a time. A row that is
    done keeps what the system knows the subject as (`external_id`); a subject that changes
    opens its row again (`revision`). Amounts are in minor units, fixed when asked for.
    """

    class Operation(models.TextChoices):
        CONTACT = "contact", "Client"
        INVOICE = "invoice"
        CREDIT = "credit", "Credit note"
        PAYMENT = "payment"
        REVERSAL = "reversal", "Payment taken back"
        VOID = "void", "Void an invoice"
        SERVICE = "service", "Service status"

    class Status(models.TextChoices):
        WAITING = "waiting"
        ATTENTION = "attention", "Needs attention"
        DONE = "done"
        SKIPPED = "skipped"

    class Failure(models.TextChoices):
        NONE = "", "None"
        UNREACHABLE = "unreachable"
        REFUSED = "refused"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    system = models.CharField(max_length=8, choices=System)
    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="sync_work")
    operation = models.CharField(max_length=8, choices=Operation)
    subject = models.CharField(max_length=64, help_text="Id of the company, document, allocation.")
    label = models.CharField(max_length=120, help_text="What people know the subject as.")
    position = models.PositiveIntegerField(help_text="The order within the company.")
    status = models.CharField(max_length=9, choices=Status, default=Status.WAITING)
    amount = AmountField(null=True, blank=True)
    currency = CurrencyField(blank=True)
    external_id = models.CharField(max_length=64, blank=True, help_text="Their id of it.")
    sent_as = models.CharField(
        max_length=254,
        blank=True,
        help_text="The e-mail address that a client is being made known by.",
    )
    digest = models.CharField(
        max_length=64, blank=True, help_text="Of the particulars that are, or were last, sent."
    )
    revision = models.PositiveIntegerField(default=1)
    tries = models.PositiveIntegerField(default=0)
    failures = models.PositiveSmallIntegerField(default=0, help_text="In a row.")
    failure = models.CharField(max_length=11, choices=Failure, default=Failure.NONE, blank=True)
    error = models.TextField(blank=True)
    next_attempt_at = models.DateTimeField()
    leased_until = models.DateTimeField(
        null=True, blank=True, help_text="Wall time: somebody is working on it."
    )
    read_at = models.DateTimeField(
        null=True, blank=True, help_text="Of a client: when its payments were read last."
    )
    asked_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    skipped_by = models.CharField(max_length=254, blank=True)
    reason = models.TextField(blank=True)

    class Meta:
        db_table = "sync_work"
        verbose_name = "sync work"
        verbose_name_plural = "sync work"
        ordering = ["-asked_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["system", "operation", "subject"], name="sync_work_once_per_subject"
            ),
            models.UniqueConstraint(
                fields=["system", "company", "position"], name="sync_work_has_its_place"
            ),
            models.UniqueConstraint(
                fields=["system", "operation", "external_id"],
                condition=~Q(external_id="") & Q(operation__in=["contact", "invoice", "credit"]),
                name="sync_external_id_once",
            ),
        ]
        indexes = [
            models.Index(
                fields=["system", "next_attempt_at", "id"],
                condition=Q(status__in=["waiting", "attention"]),
                name="sync_work_due",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_operation_display()} {self.label}"

    @property
    def due_at(self) -> datetime | None:
        """When it is tried next, while it is to be tried at all."""
        is_open = self.status in {self.Status.WAITING, self.Status.ATTENTION}
        return self.next_attempt_at if is_open else None


class IncomingPayment(models.Model):
    """Money that a customer paid in the other system, as it was read there; booked once."""

    class Status(models.TextChoices):
        BOOKED = "booked"
        UNMATCHED = "unmatched"
        DISMISSED = "dismissed"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    system = models.CharField(max_length=8, choices=System)
    external_id = models.CharField(max_length=64)
    external_invoice = models.CharField(max_length=64, blank=True)
    company = models.ForeignKey(
        Company, on_delete=models.PROTECT, null=True, blank=True, related_name="incoming_payments"
    )
    amount = AmountField()
    currency = CurrencyField()
    paid_at = models.DateTimeField()
    reference = models.CharField(max_length=200, blank=True)
    status = models.CharField(max_length=9, choices=Status, default=Status.UNMATCHED)
    reason = models.CharField(max_length=500, blank=True)
    decided_by = models.CharField(max_length=254, blank=True)
    payment = models.OneToOneField(
        Payment, on_delete=models.PROTECT, null=True, blank=True, related_name="arrived_as"
    )
    seen_at = models.DateTimeField()

    class Meta:
        db_table = "incoming_payment"
        ordering = ["-seen_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["system", "external_id"], name="incoming_payment_once"),
            models.CheckConstraint(
                condition=Q(status="booked", payment__isnull=False)
                | ~Q(status="booked") & Q(payment=None),
                name="incoming_payment_is_booked_by_a_payment",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount} {self.currency} {self.status}"


class SystemState(models.Model):
    """How the talk with a system goes: a pause after a failure, longer after each more."""

    system = models.CharField(max_length=8, choices=System, primary_key=True)
    failures = models.PositiveSmallIntegerField(default=0, help_text="In a row.")
    failing_since = models.DateTimeField(null=True, blank=True)
    paused_until = models.DateTimeField(null=True, blank=True)
    error = models.TextField(blank=True)
    succeeded_at = models.DateTimeField(null=True, blank=True)
    read_at = models.DateTimeField(
        null=True, blank=True, help_text="When its payments were read last."
    )

    class Meta:
        db_table = "sync_system_state"

    def __str__(self) -> str:
        return self.get_system_display()
