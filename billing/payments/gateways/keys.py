"""Whether the gateways' secrets are set, and for which world; never the secrets themselves."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings

from billing.payments.gateways.registry import STRIPE

# How Stripe's secret and restricted keys begin. Source: https://docs.stripe.com/keys.
MODES = {"sk_test_": "Test", "rk_test_": "Test", "sk_live_": "Live", "rk_live_": "Live"}


@dataclass(frozen=True)
class Secret:
    """A secret of the environment: the name of its variable, and whether it has a value."""

    variable: str
    is_set: bool

    def __str__(self) -> str:
        return f"set from {self.variable}" if self.is_set else f"missing: set {self.variable}"


@dataclass(frozen=True)
class Secrets:
    """What a gateway needs of the environment; `mode` is empty when the key does not tell."""

    key: Secret
    webhook_secret: Secret
    mode: str


def secrets_of(gateway: str) -> Secrets | None:
    """The secrets of a gateway; None for one that needs none."""
    if gateway != STRIPE:
        return None
    key = settings.STRIPE_API_KEY
    return Secrets(
        key=Secret("STRIPE_API_KEY", bool(key)),
        webhook_secret=Secret("STRIPE_WEBHOOK_SECRET", bool(settings.STRIPE_WEBHOOK_SECRET)),
        mode=next((mode for start, mode in MODES.items() if key.startswith(start)), ""),
    )
