"""The job that fetches exchange rates."""

from __future__ import annotations

from datetime import datetime

from billing.currencies.actions import fetch_rates
from billing.currencies.sources.registry import rate_source


def refresh_exchange_rates(*, at: datetime) -> int:
    """Fetch the rates of the day, also while several currencies are off: accounts in another one
    go on. Returns how many were stored."""
    source = rate_source()
    return fetch_rates(source, at=at).stored if source is not None else 0
