"""The jobs of onboarding."""

from __future__ import annotations

from datetime import datetime

from billing.onboarding.actions import contracts


def charge_fixed_contracts(*, at: datetime) -> int:
    """The set amounts of the months that have begun."""
    return contracts.charge_fixed_contracts(at=at)
