"""Gathers the models that the folders declare."""

from accounts.access.models import ApiKey, IdempotencyKey
from accounts.audit.models import AuditRecord
from accounts.companies.models import Company
from accounts.events.models import Event, Handling
from accounts.jobs.models import JobRun
from accounts.messages.models import (
    MessageCompany,
    MessageRead,
    MessageRecipient,
    StaffMessage,
)
from accounts.notifications.models import Mail, MailAttachment
from accounts.pages.models import ColumnChoice, Dismissal, SavedView
from accounts.people.models import Invitation, Member, User

__all__ = [
    "ApiKey",
    "AuditRecord",
    "ColumnChoice",
    "Company",
    "Dismissal",
    "Event",
    "Handling",
    "IdempotencyKey",
    "Invitation",
    "JobRun",
    "Mail",
    "MailAttachment",
    "Member",
    "MessageCompany",
    "MessageRead",
    "MessageRecipient",
    "SavedView",
    "StaffMessage",
    "User",
]
