"""Gathers the API routes of the folders; relative to /api/v1/."""

from __future__ import annotations

from django.urls import URLPattern

from billing.catalog import api as catalog
from billing.currencies import api as currencies
from billing.discounts import api as discounts
from billing.documents import api as documents
from billing.dunning import api as dunning
from billing.insight import api as insight
from billing.invoicing import api as invoicing
from billing.ledger import api as ledger
from billing.metering import api as metering
from billing.onboarding import api as onboarding
from billing.payments import api as payments
from billing.profiles import api as profiles
from billing.promotions import api as promotions
from billing.recharges import api as recharges
from billing.subscriptions import api as subscriptions
from billing.tax import api as tax
from billing.topups import api as topups
from billing.writeoffs import api as writeoffs

urlpatterns: list[URLPattern] = [
    *profiles.urlpatterns,
    *currencies.urlpatterns,
    *tax.urlpatterns,
    *ledger.urlpatterns,
    *insight.urlpatterns,
    *catalog.urlpatterns,
    *documents.urlpatterns,
    *payments.urlpatterns,
    *recharges.urlpatterns,
    *topups.urlpatterns,
    *subscriptions.urlpatterns,
    *metering.urlpatterns,
    *discounts.urlpatterns,
    *promotions.urlpatterns,
    *invoicing.urlpatterns,
    *writeoffs.urlpatterns,
    *dunning.urlpatterns,
    *onboarding.urlpatterns,
]
