"""Metering over the API: usage in, charges, reservations."""

from __future__ import annotations

from django.urls import URLPattern

from billing.metering.api import charges, holds, usage

urlpatterns: list[URLPattern] = [
    *usage.urlpatterns,
    *charges.urlpatterns,
    *holds.urlpatterns,
]
