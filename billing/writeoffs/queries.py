"""Reads of write-offs."""

from __future__ import annotations

from django.db.models import QuerySet

from billing.writeoffs.models import WriteOff


def write_offs() -> QuerySet[WriteOff]:
    """Write-offs with their invoices, newest first."""
    return WriteOff.objects.select_related("invoice__company").order_by("-id")
