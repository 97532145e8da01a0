"""What discounts and surcharges come to on a bill. Pure: no Django."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from billing.money.calc import EXACT, round12

HUNDRED = Decimal(100)
MONTHS = 12


@dataclass(frozen=True)
class Adjustment:
    """A share of the bill or an amount; of one plan's lines where `plan` is given."""

    percent: Decimal | None
    amount: Decimal | None
    plan: UUID | None = None


def cycle_of(month: date, starts: date) -> int:
    """Which cycle a month is: 0 is the first, negative are before it."""
    return (month.year - starts.year) * MONTHS + month.month - starts.month


def adjusted(
    by_plan: Mapping[UUID, Decimal], adjustments: Sequence[Adjustment]
) -> list[Decimal | None]:
    """What each adjustment adds to a bill of these net amounts by plan; None is no line.

    Shares are of usage and fees, not of each other. Discounts together never take more than their
    target, or the bill, has; in the order given. 200.00 with −10 % and −190 is −20.00 and −180.00.
    """
    left = dict(by_plan)
    return [_adjust(by_plan, left, each) for each in adjustments]


def _adjust(
    by_plan: Mapping[UUID, Decimal], left: dict[UUID, Decimal], adjustment: Adjustment
) -> Decimal | None:
    wanted = _wanted(by_plan, adjustment)
    if wanted is None or wanted >= 0:
        return wanted or None
    given = min(-wanted, _room(left, adjustment))
    _take(left, adjustment, given)
    return -given or None


def _wanted(by_plan: Mapping[UUID, Decimal], adjustment: Adjustment) -> Decimal | None:
    """Before any limit; nothing for a plan that is not on the bill."""
    if adjustment.plan is not None and adjustment.plan not in by_plan:
        return None
    if adjustment.percent is None:
        return adjustment.amount
    if adjustment.plan is None:
        base = sum(by_plan.values(), Decimal(0))
    else:
        base = by_plan[adjustment.plan]
    return round12(EXACT.divide(EXACT.multiply(base, adjustment.percent), HUNDRED))


def _room(left: Mapping[UUID, Decimal], adjustment: Adjustment) -> Decimal:
    whole = max(Decimal(0), sum(left.values(), Decimal(0)))
    if adjustment.plan is None:
        return whole
    return min(whole, max(Decimal(0), left[adjustment.plan]))


def _take(left: dict[UUID, Decimal], adjustment: Adjustment, given: Decimal) -> None:
    """What is given of the whole bill is taken from the plans in their order."""
    plans = [adjustment.plan] if adjustment.plan is not None else list(left)
    for plan in plans:
        part = min(given, max(Decimal(0), left[plan]))
        left[plan] -= part
        given -= part
