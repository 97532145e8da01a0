"""Mails: every one is a row that ends sent or failed with its reason."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Lower
from uuid_utils.compat import uuid7

from accounts.companies.models import Company

STRUCK_OUT = "•••••••••"


class Mail(models.Model):
    """One mail to one address. `once` makes it unique there: one per crossing, not per check.

    `secret` is what in its text opens a door (a link's token): struck out once the mail is sent,
    so that who reads the log cannot walk through. The sandbox keeps it.
    """

    class Status(models.TextChoices):
        WAITING = "waiting"
        SENT = "sent"
        FAILED = "failed"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    company = models.ForeignKey(
        Company, on_delete=models.PROTECT, null=True, blank=True, related_name="mails"
    )
    kind = models.CharField(max_length=64)
    once = models.CharField(max_length=200)
    to = models.EmailField(max_length=254)
    subject = models.CharField(max_length=300)
    text = models.TextField()
    html = models.TextField()
    status = models.CharField(max_length=8, choices=Status, default=Status.WAITING)
    secret = models.CharField(max_length=200, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField()
    error = models.TextField(blank=True)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "mail"
        ordering = ["-created_at", "-id"]
        constraints = [models.UniqueConstraint("once", Lower("to"), name="mail_once_per_address")]
        indexes = [
            models.Index(
                fields=["next_attempt_at", "id"],
                condition=models.Q(status="waiting"),
                name="mail_due",
            ),
            models.Index(fields=["company", "-created_at"], name="mail_by_company"),
        ]

    def __str__(self) -> str:
        return f"{self.subject} → {self.to}"


class MailAttachment(models.Model):
    """A file that goes with a mail."""

    mail = models.ForeignKey(Mail, on_delete=models.PROTECT, related_name="attachments")
    filename = models.CharField(max_length=200)
    content_type = models.CharField(max_length=100)
    content = models.BinaryField()

    class Meta:
        db_table = "mail_attachment"

    def __str__(self) -> str:
        return self.filename
