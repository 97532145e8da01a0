"""What a benchmark answers, and how subject and yardstick take turns."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from dataclasses import dataclass
from typing import NotRequired, TypedDict

ROUNDS = 5


class Figures(TypedDict):
    """The median round of a benchmark; `ratio` is subject ÷ yardstick.

    Where waiting matters too: its percentiles, and what the ninety-ninth may be.
    """

    value: float
    unit: str
    yardstick: float
    ratio: float
    ratio_min: float
    ratio_max: float
    target: float
    p50_ms: NotRequired[float]
    p99_ms: NotRequired[float]
    p99_target_ms: NotRequired[float]


@dataclass(frozen=True)
class Round:
    subject: float
    yardstick: float

    @property
    def ratio(self) -> float:
        return self.subject / self.yardstick


def in_turn(
    subject: Callable[[], float], yardstick: Callable[[], float], *, rounds: int = ROUNDS
) -> list[Round]:
    """A-B-A-B: so that what else the machine does hits both alike. Both are warmed up once."""
    subject()
    yardstick()
    return [Round(subject(), yardstick()) for _ in range(rounds)]


def figures(rounds: list[Round], *, unit: str, target: float) -> Figures:
    """The medians of the rounds; the median of the ratios counts."""
    ratios = [each.ratio for each in rounds]
    return Figures(
        value=statistics.median(each.subject for each in rounds),
        unit=unit,
        yardstick=statistics.median(each.yardstick for each in rounds),
        ratio=statistics.median(ratios),
        ratio_min=min(ratios),
        ratio_max=max(ratios),
        target=target,
    )


def percentile(values: list[float], percent: float) -> float:
    """The smallest of the values that `percent` of them do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]
