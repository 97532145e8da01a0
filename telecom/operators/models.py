"""Operators: the networks that the provider buys lines from, and the work asked of them."""

from __future__ import annotations

from django.db import models
from uuid_utils.compat import uuid7


class Operator(models.Model):
    """A network and the adapter that speaks with it."""

    class Adapter(models.TextChoices):
        MANUAL = "manual"
        SANDBOX = "sandbox"

    key = models.SlugField(max_length=64, primary_key=True)
    name = models.CharField(max_length=100)
    adapter = models.CharField(max_length=16, choices=Adapter, default=Adapter.MANUAL)
    usage_cursor = models.CharField(max_length=200, blank=True)
    usage_fetched_at = models.DateTimeField(null=True, blank=True)
    usage_error = models.TextField(blank=True)

    class Meta:
        db_table = "operator"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class OperatorJob(models.Model):
    """One operation asked of an operator for a line, with its retries and its outcome."""

    class Action(models.TextChoices):
        PROVISION = "provision"
        ACTIVATE = "activate"
        SUSPEND = "suspend"
        TERMINATE = "terminate"

    class Status(models.TextChoices):
        WAITING = "waiting"
        SENT = "sent"
        DONE = "done"
        FAILED = "failed"
        SUPERSEDED = "superseded"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    operator = models.ForeignKey(
        Operator,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="jobs",
        help_text="Empty: a line without an operator, looked after by hand.",
    )
    line = models.CharField(max_length=32, help_text="ICCID or serial.")
    action = models.CharField(max_length=10, choices=Action)
    status = models.CharField(max_length=10, choices=Status, default=Status.WAITING)
    operation = models.CharField(max_length=64, blank=True, help_text="The operator's own id.")
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField()
    error = models.TextField(blank=True)
    asked_by = models.CharField(max_length=254)
    asked_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "operator_job"
        ordering = ["-asked_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["line"],
                condition=models.Q(status__in=["waiting", "sent"]),
                name="one_open_operator_job_per_line",
            )
        ]
        indexes = [
            models.Index(
                fields=["next_attempt_at", "id"],
                condition=models.Q(status__in=["waiting", "sent"]),
                name="operator_job_due",
            )
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.line}"
