"""Gathers the API routes of the folders; relative to /api/v1/."""

from __future__ import annotations

from django.urls import URLPattern

from billing.catalog import api as catalog
from billing.invoicing import api as invoicing
from billing.insight import api as insight
from billing.ledger import api as ledger
from billing.profiles import api as profiles

urlpatterns: list[URLPattern] = [
    *profiles.urlpatterns,
    *ledger.urlpatterns,
    *insight.urlpatterns,
    *catalog.urlpatterns,
    *invoicing.urlpatterns,
]
