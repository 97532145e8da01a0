"""The source that this installation fetches its rates from, if any.

To add one: a class with `name` and `fetch` (see `base.RateSource`), and its name here.
"""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings

from billing.currencies.sources.base import RateSource
from billing.currencies.sources.ecb import EcbSource

_SOURCES: dict[str, Callable[[str], RateSource]] = {EcbSource.name: EcbSource}


def rate_source() -> RateSource | None:
    """None while no address is set: rates are then set by hand."""
    if not settings.EXCHANGE_RATES_URL:
        return None
    return _SOURCES[settings.EXCHANGE_RATES_SOURCE](settings.EXCHANGE_RATES_URL)
