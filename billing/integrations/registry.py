"""Which systems there are, which are on, and their adapters with keys from the environment."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlsplit

from django.conf import settings

from billing.integrations.adapters.base import Adapter
from billing.integrations.adapters.whmcs import WhmcsAdapter
from billing.integrations.adapters.xero import XeroAdapter
from billing.integrations.models import System
from features.queries import value

# What each needs of the environment before anything is sent.
NEEDS: dict[System, tuple[str, ...]] = {
    System.WHMCS: ("WHMCS_URL", "WHMCS_IDENTIFIER", "WHMCS_SECRET"),
    System.XERO: ("XERO_CLIENT_ID", "XERO_CLIENT_SECRET", "XERO_PAYMENT_ACCOUNT"),
}


def is_on(system: System, *, at: datetime) -> bool:
    """WHMCS by its feature; Xero as soon as the environment names its client."""
    if system is System.WHMCS:
        return value("whmcs_billing", at=at)
    return bool(settings.XERO_CLIENT_ID)


def systems_on(*, at: datetime) -> list[System]:
    return [system for system in System if is_on(system, at=at)]


def missing(system: System) -> list[str]:
    """The variables that are still to be set; without them work is kept, and nothing is sent."""
    return [name for name in NEEDS[system] if not getattr(settings, name)]


def address_of(system: System) -> str:
    """Where the system is, without what may be secret in an address."""
    url = settings.WHMCS_URL if system is System.WHMCS else settings.XERO_API_URL
    return urlsplit(str(url)).netloc.rpartition("@")[2]


def adapter_of(system: System) -> Adapter:
    """Settings are read at each call: they are few, and tests point them at their own server."""
    timeout = settings.INTEGRATION_TIMEOUT_SECONDS
    if system is System.WHMCS:
        return WhmcsAdapter(
            url=settings.WHMCS_URL,
            identifier=settings.WHMCS_IDENTIFIER,
            secret=settings.WHMCS_SECRET,
            method=settings.WHMCS_PAYMENT_METHOD,
            products=frozenset(settings.WHMCS_PRODUCT_IDS),
            timeout=timeout,
        )
    return XeroAdapter(
        api_url=settings.XERO_API_URL,
        identity_url=settings.XERO_IDENTITY_URL,
        client_id=settings.XERO_CLIENT_ID,
        client_secret=settings.XERO_CLIENT_SECRET,
        tenant=settings.XERO_TENANT_ID,
        sales_account=settings.XERO_SALES_ACCOUNT,
        payment_account=settings.XERO_PAYMENT_ACCOUNT,
        credit_account=settings.XERO_CREDIT_ACCOUNT,
        tax_types=settings.XERO_TAX_TYPES,
        timeout=timeout,
    )
