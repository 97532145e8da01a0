"""Gathers the admin pages that the folders declare."""

from billing.catalog import admin as catalog
from billing.currencies import admin as currencies
from billing.discounts import admin as discounts
from billing.documents import admin as documents
from billing.dunning import admin as dunning
from billing.integrations import admin as integrations
from billing.invoicing import admin as invoicing
from billing.ledger import admin as ledger
from billing.metering import admin as metering
from billing.payments import admin as payments
from billing.profiles import admin as profiles
from billing.promotions import admin as promotions
from billing.recharges import admin as recharges
from billing.subscriptions import admin as subscriptions
from billing.tax import admin as tax
from billing.topups import admin as topups
from billing.writeoffs import admin as writeoffs

__all__ = [
    "catalog",
    "currencies",
    "discounts",
    "documents",
    "dunning",
    "integrations",
    "invoicing",
    "ledger",
    "metering",
    "payments",
    "profiles",
    "promotions",
    "recharges",
    "subscriptions",
    "tax",
    "topups",
    "writeoffs",
]
