"""SIMs, their assignments over time, and the timeline of their status."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from accounts.companies.models import Company
from accounts.people.models import User
from billing.catalog.models import Plan
from billing.subscriptions.models import Subscription
from telecom.operators.models import Operator


class Sim(models.Model):
    """A SIM card or eSIM profile."""

    class Status(models.TextChoices):
        NOT_AVAILABLE = "not_available", _("Not available")
        PENDING = "pending", _("Pending")
        INVALID = "invalid", _("Invalid")
        BLANK = "blank", _("Blank")
        ACTIVATION_READY = "activation_ready", _("Activation ready")
        ACTIVE = "active", _("Active")
        SUSPENDED = "suspended", _("Suspended")
        ARCHIVED = "archived", _("Archived")

    class SuspendedBy(models.TextChoices):
        """Who stopped it decides who may bring it back."""

        NOBODY = ""
        PROVIDER = "provider"
        CUSTOMER = "customer"
        SYSTEM = "system"

    class InSession(models.TextChoices):
        YES = "yes"
        NO = "no"
        UNKNOWN = "unknown"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    iccid = models.CharField(max_length=20, unique=True)
    imsi = models.CharField(max_length=15, unique=True, null=True, blank=True)
    msisdn = models.CharField(max_length=15, unique=True, null=True, blank=True)
    eid = models.CharField(max_length=32, blank=True)
    imei = models.CharField(max_length=16, blank=True)
    operator = models.ForeignKey(
        Operator, on_delete=models.PROTECT, null=True, blank=True, related_name="sims"
    )
    company = models.ForeignKey(
        Company, on_delete=models.PROTECT, null=True, blank=True, related_name="sims"
    )
    end_user = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="sims"
    )
    plan = models.ForeignKey(
        Plan, on_delete=models.PROTECT, null=True, blank=True, related_name="sims"
    )
    subscription = models.OneToOneField(
        Subscription, on_delete=models.PROTECT, null=True, blank=True, related_name="sim"
    )
    labels = ArrayField(models.CharField(max_length=50), default=list, blank=True)
    note = models.TextField(blank=True)
    status = models.CharField(max_length=16, choices=Status, default=Status.NOT_AVAILABLE)
    status_reason = models.CharField(max_length=300, blank=True)
    status_changed_at = models.DateTimeField()
    intended_status = models.CharField(max_length=16, choices=Status, blank=True)
    suspended_by = models.CharField(max_length=8, choices=SuspendedBy, blank=True)
    in_session = models.CharField(max_length=8, choices=InSession, default=InSession.UNKNOWN)
    first_usage_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        db_table = "sim"
        verbose_name = "SIM"
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["company", "status", "-created_at"], name="sim_by_company"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(iccid__regex=r"^[0-9]{19,20}$"), name="iccid_has_19_or_20_digits"
            )
        ]

    def __str__(self) -> str:
        return self.iccid


class StatusChange(models.Model):
    """One step in a SIM's life: from, to, why, by whom."""

    sim = models.ForeignKey(Sim, on_delete=models.PROTECT, related_name="status_changes")
    at = models.DateTimeField()
    before = models.CharField(max_length=16, blank=True)
    after = models.CharField(max_length=16)
    reason = models.CharField(max_length=300)
    by = models.CharField(max_length=254)

    class Meta:
        db_table = "sim_status_change"
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["sim", "-at"], name="sim_status_change_by_sim")]

    def __str__(self) -> str:
        return f"{self.before} → {self.after}"
