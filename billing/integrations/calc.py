"""When to try again, and how tax and payments are cut into minor units. Pure arithmetic."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

from billing.money.calc import floor_minor

# After the first, second … failure in a row; the last one for all later ones.
PAUSES = tuple(timedelta(seconds=seconds) for seconds in (30, 60, 120, 300, 600, 900))
REFUSED = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120))
DAILY = timedelta(days=1)
# A refusal so often in a row, or no answer so often, is one for staff to look at.
MOST_REFUSALS = len(REFUSED) + 1
MOST_SILENCES = 20
# From here on a system counts as down, and not as merely late once.
DOWN_AFTER = 3


def pause_after(failures: int) -> timedelta:
    """How long a system is left alone: 30 s, 1, 2, 5, 10, then every 15 minutes."""
    return PAUSES[min(failures, len(PAUSES)) - 1]


def wait_after_refusal(failures: int) -> timedelta:
    """How long refused work waits: 1 and 5 minutes, half an hour, 2 hours, then a day each time."""
    return DAILY if failures >= MOST_REFUSALS else REFUSED[failures - 1]


def shares(whole: Decimal, weights: Sequence[Decimal], *, currency: str) -> list[Decimal]:
    """`whole` in minor units cut by `weights`, so that the parts sum to it exactly.

    Tax of 2.01 on lines of 5.00, 3.00 and 2.05: 1.00, 0.60, 0.41.
    """
    total = sum(weights, Decimal(0))
    parts: list[Decimal] = []
    running = Decimal(0)
    for weight in weights:
        running += weight
        up_to = floor_minor(whole * running / total, currency) if total else Decimal(0)
        parts.append(up_to - sum(parts, Decimal(0)))
    if parts:
        parts[-1] += whole - sum(parts, Decimal(0))
    return parts
