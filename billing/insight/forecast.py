"""When a balance runs out. Pure arithmetic over what was consumed day by day.

Days are taken as independent draws with mean m and deviation s, so that n days consume about
n·m, give or take s·√n. The balance B has run out after n days with the probability whose normal
quantile is z when n·m − z·s·√n = B, which is a quadratic equation in √n.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

LOOK_BACK_DAYS = 30
FEWEST_DAYS = 2
FARTHEST = timedelta(days=3650)
MEDIAN, NINETY_PERCENT = Decimal(0), Decimal("1.2815515655446004")


@dataclass(frozen=True)
class Forecast:
    """The balance runs out by these instants with a probability of 50 % and of 90 %.

    None is later than ten years.
    """

    runs_out_p50: datetime | None
    runs_out_p90: datetime | None


def forecast(left: Decimal | None, daily: Sequence[Decimal], *, at: datetime) -> Forecast | None:
    """When `left` is used up if the coming days are like `daily`.

    None when there is no telling: no floor, too few days, or nothing consumed.
    """
    total = sum(daily, Decimal(0))
    if left is None or len(daily) < FEWEST_DAYS or total <= 0:
        return None
    if left <= 0:
        return Forecast(at, at)
    mean = total / len(daily)
    squares = sum(((day - mean) ** 2 for day in daily), Decimal(0))
    variance = squares / (len(daily) - 1)
    deviation = variance.sqrt()
    return Forecast(
        _after(days_until(left, mean, deviation, z=MEDIAN), at=at),
        _after(days_until(left, mean, deviation, z=NINETY_PERCENT), at=at),
    )


def days_until(left: Decimal, mean: Decimal, deviation: Decimal, *, z: Decimal) -> Decimal:
    """The n that solves n·mean − z·deviation·√n = left."""
    spread = z * deviation
    root = (spread + (spread**2 + 4 * mean * left).sqrt()) / (2 * mean)
    return root**2


def _after(days: Decimal, *, at: datetime) -> datetime | None:
    if days > FARTHEST.days:
        return None
    return (at + timedelta(seconds=int(days * 86_400))).replace(microsecond=0)
