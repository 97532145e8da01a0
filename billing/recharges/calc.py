"""How much a recharge charges, and from when a monthly cap counts. Pure.

Rule (spec/prepaid.md, Automatic recharge): the difference to the target, at least the minimum,
at most the maximum and what is left of the monthly cap; a card is charged in steps rounded up, so
that the balance is never short of the target.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from enum import StrEnum
from zoneinfo import ZoneInfo

from billing.money.calc import EXACT

NOTHING = Decimal(0)


class LimitedBy(StrEnum):
    """What kept a recharge from reaching its target."""

    MAXIMUM = "maximum"
    MONTHLY_CAP = "monthly_cap"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """Limits of one recharge in the account's currency; None is no limit.

    `step`: amounts are whole multiples of it (a cent; what the gateway can charge).
    """

    minimum: Decimal | None
    maximum: Decimal | None
    left_of_cap: Decimal | None
    step: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """`amount` 0 means that nothing may be charged now."""

    amount: Decimal
    limited_by: LimitedBy | None = None


def recharge_charge(*, balance: Decimal, recharge_to: Decimal, bounds: Bounds) -> Charge:
    """What to charge so that `balance` becomes `recharge_to`, within the bounds.

    An upper bound wins over the minimum, and then nothing is charged: the gateway must never see
    a recharge below the minimum.
    """
    least = up(bounds.minimum or NOTHING, bounds.step)
    wanted = max(up(recharge_to - balance, bounds.step), least)
    most, limit = _upper_bound(bounds)
    if limit is None or wanted <= most:
        return Charge(amount=max(wanted, NOTHING))
    return Charge(amount=most if most > 0 and most >= least else NOTHING, limited_by=limit)


def month_start(at: datetime, *, zone: ZoneInfo) -> datetime:
    """When the calendar month of the company that `at` lies in began: a monthly cap's month."""
    return at.astimezone(zone).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def up(amount: Decimal, step: Decimal) -> Decimal:
    """The smallest multiple of `step` that is not below `amount`."""
    return _in_steps(amount, step, ROUND_CEILING)


def down(amount: Decimal, step: Decimal) -> Decimal:
    """The largest multiple of `step` that is not above `amount`."""
    return _in_steps(amount, step, ROUND_FLOOR)


def _upper_bound(bounds: Bounds) -> tuple[Decimal, LimitedBy | None]:
    """The tighter of maximum and cap; of two equal ones the maximum is told."""
    limits = [(bounds.maximum, LimitedBy.MAXIMUM), (bounds.left_of_cap, LimitedBy.MONTHLY_CAP)]
    known = [(down(most, bounds.step), name) for most, name in limits if most is not None]
    return min(known, key=lambda limit: limit[0], default=(NOTHING, None))


def _in_steps(amount: Decimal, step: Decimal, rounding: str) -> Decimal:
    steps = EXACT.divide(amount, step).to_integral_value(rounding)
    return EXACT.multiply(steps, step)
