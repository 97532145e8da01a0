"""The clock of an unpaid invoice: what happens to it, and when. Pure arithmetic.

Source: spec/features.md, *Clocks, in order*. Counted in whole days of 24 hours from the instant of
issue and, from the due date on, from the instant of being overdue:

    due 5, suspension 5, reminders every 2, issued on day 0
    → reminders on days 2, 4, 6, 8, overdue on day 5, suspended on day 10
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from heapq import merge
from itertools import count

from billing.money.calc import EXACT, minor_digits, round_half_even

HUNDRED = Decimal(100)
WARNING_DAYS = (7, 3, 1)
DAY = timedelta(days=1)


class StepKind(StrEnum):
    """In the order of their worth where two fall on one instant."""

    REMINDER = "reminder"
    OVERDUE = "overdue"
    SUSPENSION = "suspension"
    DELETION_WARNING = "deletion_warning"
    DELETION = "deletion"


@dataclass(frozen=True)
class Demand:
    """An unpaid invoice that asks for money."""

    issued_at: datetime
    due_at: datetime


@dataclass(frozen=True)
class Policy:
    """How the provider pursues debts, in days. `reminder_days` 0: never; None: never."""

    reminder_days: int
    suspension_days: int | None
    deletion_days: int | None


@dataclass(frozen=True)
class Step:
    """One thing that happens. `number` tells those of a kind apart: the how manieth reminder, the
    days left at a warning."""

    at: datetime
    kind: StepKind
    number: int = 1


def steps(demand: Demand, policy: Policy) -> Iterator[Step]:
    """All steps in order of time. Endless while nothing ends the reminders."""
    return merge(_reminders(demand, policy), iter(_rest(demand, policy)), key=lambda step: step.at)


def late_fee(rule: str, due: Decimal, *, currency: str) -> Decimal:
    """The fee, before tax, for an invoice of which `due` is unpaid: an amount as it is, a share
    rounded half-even to the minor unit.

    "15" → 15.00; "5%" of 120.00 → 6.00; "" → nothing.
    """
    if rule.endswith("%"):
        share = EXACT.divide(due * Decimal(rule[:-1]), HUNDRED)
        return round_half_even(share, minor_digits(currency))
    return Decimal(rule or 0)


def suspends_at(demand: Demand, policy: Policy) -> datetime | None:
    """The instant from which the debt suspends the account."""
    if policy.suspension_days is None:
        return None
    return demand.due_at + policy.suspension_days * DAY


def _reminders(demand: Demand, policy: Policy) -> Iterator[Step]:
    """Until the suspension; none at the instant of being overdue, which is told of anyway."""
    if not policy.reminder_days:
        return
    end = suspends_at(demand, policy)
    for number in count(1):
        at = demand.issued_at + number * policy.reminder_days * DAY
        if end is not None and at >= end:
            return
        if at != demand.due_at:
            yield Step(at, StepKind.REMINDER, number)


def _rest(demand: Demand, policy: Policy) -> list[Step]:
    found = [Step(demand.due_at, StepKind.OVERDUE)]
    suspension = suspends_at(demand, policy)
    if suspension is not None:
        found.append(Step(suspension, StepKind.SUSPENSION))
    if policy.deletion_days is not None:
        end = demand.due_at + policy.deletion_days * DAY
        warnings = (
            Step(end - days * DAY, StepKind.DELETION_WARNING, days) for days in WARNING_DAYS
        )
        found += [warning for warning in warnings if warning.at >= demand.due_at]
        found.append(Step(end, StepKind.DELETION))
    return sorted(found, key=lambda step: step.at)
