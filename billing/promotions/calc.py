"""Arithmetic of promotions. Pure: no Django."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from billing.money.calc import EXACT, round12

HUNDRED = Decimal(100)
ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Signs that nobody mistakes for another."""


def reduction(
    *, percent: Decimal | None, amount: Decimal | None, spent: Decimal, left: Decimal
) -> Decimal:
    """What a promotion takes off a bill: a share of what was `spent` or an amount, no more than is
    `left` of the bill. 25 % of 80.00 is 20.00; 50.00 off 30.00 is 30.00."""
    if percent is None:
        wanted = amount or Decimal(0)
    else:
        wanted = round12(EXACT.divide(EXACT.multiply(spent, percent), HUNDRED))
    return max(Decimal(0), min(wanted, left))


def spend(lots: Sequence[Decimal], used: Decimal) -> list[Decimal]:
    """What is left of each lot after `used`, taken in their order.

    20.00 and 10.00 after 25.00 are 0.00 and 5.00.
    """
    left = []
    for lot in lots:
        part = min(lot, max(Decimal(0), used))
        left.append(lot - part)
        used -= part
    return left
