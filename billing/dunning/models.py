"""The clock of each unpaid invoice, and what it has done so far."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from billing.dunning.calc import StepKind
from billing.invoicing.models import Invoice


class DunningClock(models.Model):
    """When the next thing happens to an unpaid invoice. Gone when the invoice asks for nothing.

    Worked out anew when it has struck, and when the provider changes the days (`computed_at`).
    """

    invoice = models.OneToOneField(
        Invoice, on_delete=models.PROTECT, primary_key=True, related_name="dunning_clock"
    )
    next_at = models.DateTimeField(null=True)
    computed_at = models.DateTimeField()

    class Meta:
        db_table = "dunning_clock"
        ordering = ["next_at", "invoice"]
        indexes = [models.Index(fields=["next_at"], name="dunning_clock_next")]

    def __str__(self) -> str:
        return f"{self.invoice_id}: {self.next_at}"


class DunningStep(models.Model):
    """Something that happened because an invoice was unpaid; each once."""

    class Kind(models.TextChoices):
        REMINDER = StepKind.REMINDER.value, _("Reminder")
        OVERDUE = StepKind.OVERDUE.value, _("Overdue")
        SUSPENSION = StepKind.SUSPENSION.value, _("Suspension")
        DELETION_WARNING = StepKind.DELETION_WARNING.value, _("Warning of the deletion of services")
        DELETION = StepKind.DELETION.value, _("Deletion of services")

    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="dunning_steps")
    kind = models.CharField(max_length=16, choices=Kind)
    number = models.PositiveIntegerField(default=1)
    at = models.DateTimeField()

    class Meta:
        db_table = "dunning_step"
        ordering = ["at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["invoice", "kind", "number"], name="dunning_step_once")
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.number} of {self.invoice_id}"
