"""Messages from the provider's staff: what was said, to whom, and who has read it."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Lower
from uuid_utils.compat import uuid7

from accounts.companies.models import Company
from accounts.notifications.models import Mail
from accounts.people.models import User


class StaffMessage(models.Model):
    """One message to the people of some companies. Once sent it is not changed.

    `roles` names whose addresses: those of `Member`, and `contact`, the company's own address.
    Companies and addresses are counted, and kept, when it is sent; mails follow in batches.
    """

    class Audience(models.TextChoices):
        CHOSEN = "chosen", "Chosen companies"
        FILTERED = "filtered", "A filtered list of companies"
        ALL = "all", "All companies that are not closed"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    subject = models.CharField(max_length=200)
    text = models.TextField()
    audience = models.CharField(max_length=8, choices=Audience)
    audience_query = models.CharField(max_length=2000, blank=True)
    roles = ArrayField(models.CharField(max_length=16))
    company_count = models.PositiveIntegerField()
    recipient_count = models.PositiveIntegerField()
    key = models.CharField(max_length=32, unique=True)
    sent_by = models.CharField(max_length=254)
    created_at = models.DateTimeField()
    queued_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "staff_message"
        verbose_name = "message"
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(
                fields=["created_at"],
                condition=models.Q(queued_at=None),
                name="staff_message_to_queue",
            )
        ]

    def __str__(self) -> str:
        return self.subject


class MessageCompany(models.Model):
    """A company that a message is to: its people see it in the portal."""

    message = models.ForeignKey(StaffMessage, on_delete=models.PROTECT, related_name="companies")
    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="staff_messages")

    class Meta:
        db_table = "staff_message_company"
        constraints = [
            models.UniqueConstraint(fields=["company", "message"], name="message_once_per_company")
        ]

    def __str__(self) -> str:
        return f"{self.message} to {self.company}"


class MessageRecipient(models.Model):
    """An address that a message goes to, once, and the mail once it is in the queue."""

    message = models.ForeignKey(StaffMessage, on_delete=models.PROTECT, related_name="recipients")
    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="+")
    address = models.EmailField(max_length=254)
    mail = models.ForeignKey(Mail, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        db_table = "staff_message_recipient"
        constraints = [
            models.UniqueConstraint("message", Lower("address"), name="message_once_per_address")
        ]
        indexes = [
            models.Index(
                fields=["id"], condition=models.Q(mail=None), name="message_recipient_waiting"
            )
        ]

    def __str__(self) -> str:
        return self.address


class MessageRead(models.Model):
    """That a person has opened a message in the portal."""

    message = models.ForeignKey(StaffMessage, on_delete=models.PROTECT, related_name="reads")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    read_at = models.DateTimeField()

    class Meta:
        db_table = "staff_message_read"
        constraints = [
            models.UniqueConstraint(fields=["message", "user"], name="message_read_once")
        ]

    def __str__(self) -> str:
        return f"{self.user}, {self.read_at}"
