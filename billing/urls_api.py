"""Gathers the API routes of the folders; relative to /api/v1/."""

from __future__ import annotations

from django.urls import URLPattern

from billing.catalog import api as catalog

urlpatterns: list[URLPattern] = [
    *catalog.urlpatterns,
]
