"""The outbox: every business fact is one row, written in the transaction of the fact."""

from __future__ import annotations

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from uuid_utils.compat import uuid7

from accounts.companies.models import Company


class Event(models.Model):
    """A fact. `position` is given after the commit, by one publisher at a time."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    position = models.BigIntegerField(null=True, unique=True)
    type = models.CharField(max_length=64)
    company = models.ForeignKey(
        Company, on_delete=models.PROTECT, null=True, blank=True, related_name="events"
    )
    data = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    created_at = models.DateTimeField()

    class Meta:
        db_table = "event"
        ordering = ["position"]
        indexes = [
            models.Index(
                fields=["id"], condition=models.Q(position=None), name="event_waits_for_position"
            ),
            models.Index(fields=["company", "position"], name="event_by_company"),
        ]

    def __str__(self) -> str:
        return self.type


class Handling(models.Model):
    """One handler has acted on one event: done, or failed and tried again later."""

    class Status(models.TextChoices):
        WAITING = "waiting"
        DONE = "done"
        FAILED = "failed"

    handler = models.CharField(max_length=100)
    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="handlings")
    status = models.CharField(max_length=8, choices=Status, default=Status.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField()
    error = models.TextField(blank=True)
    handled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "event_handling"
        constraints = [
            models.UniqueConstraint(fields=["handler", "event"], name="handled_once_per_handler")
        ]
        indexes = [
            models.Index(
                fields=["next_attempt_at", "id"],
                condition=models.Q(status="waiting"),
                name="event_handling_due",
            )
        ]

    def __str__(self) -> str:
        return f"{self.handler} on {self.event_id}"
