"""The clock of an unpaid invoice, by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import islice, takewhile

from hypothesis import given
from hypothesis import strategies as st

from billing.dunning.calc import DAY, Demand, Policy, Step, StepKind, steps

ISSUED = datetime(2026, 4, 2, 9, 30, tzinfo=UTC)
DEMAND = Demand(issued_at=ISSUED, due_at=ISSUED + 5 * DAY)


def days(found: list[Step]) -> list[tuple[float, str, int]]:
    return [((step.at - ISSUED) / DAY, step.kind.value, step.number) for step in found]


def test_due_5_suspension_5_reminder_2() -> None:
    policy = Policy(reminder_days=2, suspension_days=5, deletion_days=None)
    assert days(list(steps(DEMAND, policy))) == [
        (2, "reminder", 1),
        (4, "reminder", 2),
        (5, "overdue", 1),
        (6, "reminder", 3),
        (8, "reminder", 4),
        (10, "suspension", 1),
    ]


def test_deletion_30_days_after_overdue_is_warned_of_7_3_and_1_days_before() -> None:
    policy = Policy(reminder_days=0, suspension_days=5, deletion_days=30)
    assert days(list(steps(DEMAND, policy))) == [
        (5, "overdue", 1),
        (10, "suspension", 1),
        (28, "deletion_warning", 7),
        (32, "deletion_warning", 3),
        (34, "deletion_warning", 1),
        (35, "deletion", 1),
    ]


def test_a_warning_before_the_due_date_is_left_out() -> None:
    policy = Policy(reminder_days=0, suspension_days=None, deletion_days=3)
    assert days(list(steps(DEMAND, policy))) == [
        (5, "overdue", 1),
        (5, "deletion_warning", 3),
        (7, "deletion_warning", 1),
        (8, "deletion", 1),
    ]


def test_a_reminder_at_the_due_date_is_the_news_that_it_is_overdue() -> None:
    policy = Policy(reminder_days=5, suspension_days=None, deletion_days=None)
    assert days(list(islice(steps(DEMAND, policy), 3))) == [
        (5, "overdue", 1),
        (10, "reminder", 2),
        (15, "reminder", 3),
    ]


@given(
    due=st.integers(0, 60),
    reminder=st.integers(0, 20),
    suspension=st.none() | st.integers(0, 60),
    deletion=st.none() | st.integers(1, 90),
)
def test_steps_come_in_order_of_time_and_each_once(
    due: int, reminder: int, suspension: int | None, deletion: int | None
) -> None:
    demand = Demand(ISSUED, ISSUED + due * DAY)
    policy = Policy(reminder, suspension, deletion)
    horizon = ISSUED + timedelta(days=200)
    found = list(takewhile(lambda step: step.at < horizon, steps(demand, policy)))
    assert [step.at for step in found] == sorted(step.at for step in found)
    assert len({(step.kind, step.number) for step in found}) == len(found)
    reminders = [step for step in found if step.kind is StepKind.REMINDER]
    if suspension is not None:
        assert all(step.at < demand.due_at + suspension * DAY for step in reminders)
