"""Stripe's integer amounts. Pure.

Zero-decimal currencies are sent as they are, three-decimal ones must end in 0, and ISK and UGX
are sent with two decimals that must be 00. Source: https://docs.stripe.com/currencies.
"""

from __future__ import annotations

from decimal import Decimal

ZERO_DECIMAL = frozenset(
    [
        "BIF",
        "CLP",
        "DJF",
        "GNF",
        "JPY",
        "KMF",
        "KRW",
        "MGA",
        "PYG",
        "RWF",
        "VND",
        "VUV",
        "XAF",
        "XOF",
        "XPF",
    ]
)
THREE_DECIMAL = frozenset(["BHD", "JOD", "KWD", "OMR", "TND"])
WHOLE_ONLY = frozenset(["ISK", "UGX"])

LARGEST_UNITS = 99_999_999


def decimals(currency: str) -> int:
    """Decimals that Stripe's integer stands for."""
    if currency in ZERO_DECIMAL:
        return 0
    return 3 if currency in THREE_DECIMAL else 2


def smallest_step(currency: str) -> Decimal:
    """What chargeable amounts are multiples of: 1 JPY, 0.01 USD, 0.010 KWD."""
    if currency in ZERO_DECIMAL or currency in WHOLE_ONLY:
        return Decimal(1)
    return Decimal("0.01")


def largest(currency: str) -> Decimal:
    """The most that one charge may take: eight digits."""
    return from_units(LARGEST_UNITS, currency)


def to_units(amount: Decimal, currency: str) -> int:
    """475.00 USD → 47500, 1000 JPY → 1000, 1.230 KWD → 1230.

    Raises ValueError for an amount that is no whole number of units, for rounding is not ours to
    do, and for more than one charge may take.
    """
    units = amount.scaleb(decimals(currency))
    if units != units.to_integral_value() or not 0 < units <= LARGEST_UNITS:
        raise ValueError(f"{amount} {currency} is not an amount that the gateway can charge.")
    return int(units)


def from_units(units: int, currency: str) -> Decimal:
    """47500 → 475.00 USD."""
    return Decimal(units).scaleb(-decimals(currency))
