"""Which gateways there are, with their keys from the environment."""

from __future__ import annotations

from django.conf import settings

from billing.payments.gateways.bank import BANK, CASH, OTHER, WHMCS, XERO
from billing.payments.gateways.base import CardGateway, Gateway
from billing.payments.gateways.stripe import StripeGateway

STRIPE = StripeGateway.name
CARD_GATEWAYS = (STRIPE,)
BY_HAND = {gateway.name: gateway for gateway in (BANK, CASH, OTHER, WHMCS, XERO)}


def card_gateway(name: str) -> CardGateway:
    """The card gateway of that name. Raises LookupError for one that is not shipped."""
    if name != STRIPE:
        raise LookupError(f"There is no card gateway {name}.")
    return stripe_gateway()


def gateway(name: str) -> Gateway:
    """Any gateway by its name. Raises LookupError for one that is not shipped."""
    return BY_HAND[name] if name in BY_HAND else card_gateway(name)


def stripe_gateway() -> StripeGateway:
    """Settings are read at each call: they are few, and tests point them at their own server."""
    return StripeGateway(
        api_key=settings.STRIPE_API_KEY,
        webhook_secret=settings.STRIPE_WEBHOOK_SECRET,
        api_base=settings.STRIPE_API_BASE,
        timeout_seconds=settings.GATEWAY_TIMEOUT_SECONDS,
    )
