"""Gathers the admin pages that the folders declare."""

from accounts.access.admin import ApiKeyAdmin
from accounts.audit.admin import AuditRecordAdmin
from accounts.events.admin import EventAdmin, HandlingAdmin
from accounts.jobs.admin import JobRunAdmin
from accounts.messages.admin import StaffMessageAdmin
from accounts.notifications.admin import MailAdmin
from accounts.people.admin import InvitationAdmin, MemberAdmin, UserAdmin

__all__ = [
    "ApiKeyAdmin",
    "AuditRecordAdmin",
    "EventAdmin",
    "HandlingAdmin",
    "InvitationAdmin",
    "JobRunAdmin",
    "MailAdmin",
    "MemberAdmin",
    "StaffMessageAdmin",
    "UserAdmin",
]
