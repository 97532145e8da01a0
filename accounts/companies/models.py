"""Companies: the customers of the provider."""

from __future__ import annotations

from zoneinfo import ZoneInfo, available_timezones

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField
from uuid_utils.compat import uuid7


def validate_timezone(name: str) -> None:
    if name not in available_timezones():
        raise ValidationError(
            "%(name)s is not a time zone of the IANA list.", params={"name": name}
        )


class Company(models.Model):
    """A customer. How it is billed stands in `billing.profiles`."""

    class Category(models.TextChoices):
        INDIVIDUAL = "individual"
        ORGANIZATION = "organization"

    class Status(models.TextChoices):
        PENDING = "pending", _("Pending")
        ACTIVE = "active", _("Active")
        SUSPENDED = "suspended", _("Suspended")
        CLOSED = "closed", _("Closed")

    class StoppedBy(models.TextChoices):
        NOBODY = ""
        PERSON = "person"
        SYSTEM = "system"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=200)
    legal_name = models.CharField(max_length=200, blank=True)
    email = models.EmailField(max_length=254)
    category = models.CharField(max_length=16, choices=Category, default=Category.ORGANIZATION)
    country = CountryField()
    timezone = models.CharField(max_length=64, default="UTC")
    address = models.CharField(max_length=300, blank=True)
    city = models.CharField(max_length=120, blank=True)
    postal_code = models.CharField(max_length=20, blank=True)
    tax_id = models.CharField(max_length=40, blank=True)
    language = models.CharField(max_length=8, default="en")
    status = models.CharField(max_length=16, choices=Status, default=Status.ACTIVE)
    status_reason = models.CharField(max_length=300, blank=True)
    status_changed_at = models.DateTimeField()
    suspended_by = models.CharField(
        max_length=8, choices=StoppedBy, default=StoppedBy.NOBODY, blank=True
    )
    created_at = models.DateTimeField()

    class Meta:
        db_table = "company"
        verbose_name_plural = "companies"
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["status", "-created_at"], name="company_by_status"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)
