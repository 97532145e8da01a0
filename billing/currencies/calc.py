"""Converting amounts. Pure: no Django.

A rate is always `units_per_base`: so many units of the currency for one unit of the base. Whoever
converts multiplies by it, and never divides; the way back is a rate of its own.
"""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from billing.money.calc import EXACT, round_half_even

RATE_DECIMALS = 18


def through(base: Decimal, *, to: Decimal) -> Decimal:
    """The rate from one currency into another, given both for one unit of a third.

    With 0.92 EUR and 150 JPY for a dollar: 150 / 0.92 = 163.043478260869565217 JPY for a euro.
    """
    return round_half_even(EXACT.divide(to, base), RATE_DECIMALS)


def converted(amount: Decimal, units_per_base: Decimal) -> Decimal:
    """The amount in the other currency, not rounded."""
    return EXACT.multiply(amount, units_per_base)


def up_to_step(amount: Decimal, step: Decimal) -> Decimal:
    """The least multiple of `step` that is not below the amount: what a card is charged."""
    return _in_steps(amount, step, ROUND_CEILING)


def down_to_step(amount: Decimal, step: Decimal) -> Decimal:
    """The largest multiple of `step` that is not above the amount: what goes back to a card."""
    return _in_steps(amount, step, ROUND_FLOOR)


def _in_steps(amount: Decimal, step: Decimal, rounding: str) -> Decimal:
    return EXACT.multiply(EXACT.divide(amount, step).to_integral_value(rounding), step)
