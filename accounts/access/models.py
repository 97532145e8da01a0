"""API keys and idempotency keys."""

from __future__ import annotations

from django.db import models
from uuid_utils.compat import uuid7

from accounts.companies.models import Company


class ApiKey(models.Model):
    """A machine's credential: staff (company empty) or one company's. Only its hash is kept."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=100)
    company = models.ForeignKey(
        Company, on_delete=models.PROTECT, null=True, blank=True, related_name="api_keys"
    )
    is_staff = models.BooleanField(default=False)
    prefix = models.CharField(max_length=16)
    key_hash = models.CharField(max_length=64, unique=True)
    created_by = models.CharField(max_length=254)
    created_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "api_key"
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(is_staff=True, company=None)
                | models.Q(is_staff=False, company__isnull=False),
                name="api_key_is_of_staff_or_of_one_company",
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"


class IdempotencyKey(models.Model):
    """A caller's key for one write: repeated with the same body it answers as the first time.

    The `running` row is committed before the work, with a lease in wall time; answers 2xx and
    402 are stored; after any other answer the row is removed so that a corrected call may pass.
    """

    class Status(models.TextChoices):
        RUNNING = "running"
        DONE = "done"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    principal = models.CharField(max_length=64)
    route = models.CharField(max_length=200)
    key = models.CharField(max_length=255)
    body_hash = models.CharField(max_length=64)
    status = models.CharField(max_length=8, choices=Status, default=Status.RUNNING)
    lease_until = models.DateTimeField()
    answer_status = models.PositiveSmallIntegerField(null=True, blank=True)
    answer = models.TextField(blank=True)
    created_at = models.DateTimeField()

    class Meta:
        db_table = "idempotency_key"
        constraints = [
            models.UniqueConstraint(
                fields=["principal", "route", "key"], name="idempotency_key_once_per_route"
            )
        ]
        indexes = [models.Index(fields=["created_at"], name="idempotency_key_age")]

    def __str__(self) -> str:
        return f"{self.route} {self.key}"
