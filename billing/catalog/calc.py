"""Units, prices per base unit, tiers. Pure: no Django.

A price is kept as it was entered and resolved to the price of one base unit, exactly: a MB is
1 048 576 bytes (spec/telecom.md), so that its price is multiplied by 2⁻²⁰, which ends after 20
decimals. `tiered_total` is the reference for the tier arithmetic of the rating statement.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from billing.money.calc import EXACT

KB, MB, GB = 1024, 1024**2, 1024**3


@dataclass(frozen=True)
class Unit:
    """A unit that prices may be given in: its base unit, and how many of those it is."""

    base_unit: str
    size: int
    name: str


UNITS = {
    "byte": Unit("byte", 1, "byte"),
    "KB": Unit("byte", KB, "KB"),
    "MB": Unit("byte", MB, "MB"),
    "GB": Unit("byte", GB, "GB"),
    "token": Unit("token", 1, "token"),
    "1k_tokens": Unit("token", 1_000, "1 000 tokens"),
    "1m_tokens": Unit("token", 1_000_000, "1 000 000 tokens"),
    "sms": Unit("sms", 1, "SMS"),
    "second": Unit("second", 1, "second"),
    "hour": Unit("hour", 1, "hour"),
}
BASE_UNITS_OF_METERS = {
    "data": "byte",
    "tokens": "token",
    "input_tokens": "token",
    "output_tokens": "token",
    "sms": "sms",
    "seconds": "second",
    "ip_hours": "hour",
    "instance_hours": "hour",
}
INCREMENTS = {"byte": 1, "KB": KB, "MB": MB}


@dataclass(frozen=True)
class Tier:
    """From this cumulative quantity (base units) on, a base unit costs `per_base`."""

    from_quantity: Decimal
    per_base: Decimal


def per_base(per_unit: Decimal, unit: str) -> Decimal:
    """The exact price of one base unit: every unit is a power of two or of ten of them."""
    return EXACT.divide(per_unit, Decimal(UNITS[unit].size))


def graduated_total(tiers: Sequence[Tier], quantity: Decimal) -> Decimal:
    """What `quantity` costs when each part of it costs what its own tier says."""
    ends = [tier.from_quantity for tier in tiers[1:]] + [quantity]
    return sum(
        (
            max(Decimal(0), min(quantity, end) - tier.from_quantity) * tier.per_base
            for tier, end in zip(tiers, ends, strict=True)
        ),
        Decimal(0),
    )


def volume_total(tiers: Sequence[Tier], quantity: Decimal) -> Decimal:
    """What `quantity` costs when all of it costs what the tier it has reached says.

    A tier is reached when the quantity goes beyond where it starts.
    """
    reached = [tier for tier in tiers if tier.from_quantity < quantity]
    return quantity * reached[-1].per_base if reached else Decimal(0)
