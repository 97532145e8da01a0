"""Living through business time: every due time in order, whatever follows from it at once."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from accounts.jobs.actions import run_on_schedule
from accounts.jobs.calc import Job, never_due
from accounts.jobs.clock_lock import clock_held_still, clock_in_hand
from accounts.jobs.exceptions import JobsNeverQuiet
from accounts.jobs.journeys import Stage, last_journey
from accounts.jobs.models import JobRun
from accounts.jobs.stepping import advance_clock, run_due
from config import clock
from tests.accounts.jobs.probes import DAY, HOUR, MINUTE, Broken, Counter, Diary, daily, frequent
from tests.two_sessions import wait_until_somebody_waits

SECOND = timedelta(seconds=1)
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.django_db
def test_jobs_run_at_their_due_times_in_order_across_jobs() -> None:
    first, second = Diary([NOON + HOUR, NOON + 3 * HOUR]), Diary([NOON + 2 * HOUR])
    jobs = [frequent("first", first), frequent("second", second)]
    lived = run_due(jobs, start=NOON, until=NOON + 4 * HOUR)
    assert first.ran_at == [NOON + HOUR, NOON + 3 * HOUR]
    assert second.ran_at == [NOON + 2 * HOUR]
    assert lived.counts == {"first": 2, "second": 1}
    assert lived.steps == 5  # start, three due times, end


@pytest.mark.django_db
def test_what_is_overdue_at_the_start_is_done_first_and_the_end_itself_belongs_to_it() -> None:
    work = Diary([NOON - DAY, NOON + HOUR])
    run_due([frequent("probe", work)], start=NOON, until=NOON + HOUR)
    assert work.ran_at == [NOON, NOON + HOUR]


@pytest.mark.django_db
def test_what_a_job_causes_is_done_before_time_goes_on() -> None:
    """A payment at 13:00 makes an event at 13:00; it is handled at 13:00, not an hour later."""
    outbox = Diary()
    payment = Diary([NOON + HOUR])

    def pay(*, at: datetime) -> int:
        count = payment(at=at)
        outbox.due += [at] * count
        return count

    jobs = [frequent("outbox", outbox), Job("pay", pay, MINUTE, payment.next_due)]
    run_due(jobs, start=NOON, until=NOON + 2 * HOUR)
    assert outbox.ran_at == [NOON + HOUR]


@pytest.mark.django_db
def test_a_due_time_that_appears_on_the_way_is_met_too() -> None:
    """A failed attempt at 13:00 is retried at 13:00 of the next day."""
    retries = Diary([NOON + HOUR])

    def attempt(*, at: datetime) -> int:
        count = retries(at=at)
        if count and at < NOON + 3 * DAY:
            retries.due.append(at + DAY)
        return count

    run_due([Job("attempt", attempt, MINUTE, retries.next_due)], start=NOON, until=NOON + 3 * DAY)
    assert retries.ran_at == [NOON + HOUR, NOON + HOUR + DAY, NOON + HOUR + 2 * DAY]


@pytest.mark.django_db
def test_a_daily_job_without_due_times_runs_once_in_each_day() -> None:
    work = Counter(99)
    run_due([daily("probe", work)], start=NOON, until=NOON + 3 * DAY)
    midnight = NOON - 12 * HOUR
    assert work.looked_at == [NOON, midnight + DAY, midnight + 2 * DAY, midnight + 3 * DAY]
    run_due([daily("probe", work)], start=NOON + 3 * DAY, until=NOON + 3 * DAY + HOUR)
    assert len(work.looked_at) == 4


@pytest.mark.django_db
def test_a_job_that_fails_stops_neither_the_others_nor_time() -> None:
    work = Diary([NOON + HOUR])
    lived = run_due(
        [frequent("broken", Broken()), frequent("probe", work)], start=NOON, until=NOON + 2 * HOUR
    )
    assert lived.failed == {"broken": "ValueError: no paper"}
    assert work.ran_at == [NOON + HOUR]
    assert set(JobRun.objects.values_list("name", "status")) == {
        ("broken", "failed"),
        ("probe", "done"),
    }


@pytest.mark.django_db
def test_a_job_on_the_grid_is_looked_for_once_a_slot_and_again_after_a_failure() -> None:
    """Stops at 12, 13 and 14 o'clock: the broken one is tried at each, the other once."""
    work, broken, hourly = Counter(99), Broken(), Diary([NOON + HOUR, NOON + 2 * HOUR])
    jobs = [daily("good", work), daily("bad", broken), frequent("hourly", hourly)]
    run_due(jobs, start=NOON, until=NOON + 2 * HOUR)
    assert (work.looked_at, broken.tries) == ([NOON], 3)


@pytest.mark.django_db
def test_a_job_looks_again_only_after_work_that_may_concern_it() -> None:
    """One thing to do among three jobs: they look once, and once more after it."""
    first, second, third = Counter(1), Counter(), Counter()
    jobs = [frequent("first", first), frequent("second", second), frequent("third", third)]
    run_due(jobs, start=NOON, until=NOON)
    assert [len(job.looked_at) for job in (first, second, third)] == [2, 1, 1]


def hours(after: datetime) -> datetime:
    return after + HOUR


@pytest.mark.django_db
def test_a_job_with_due_times_is_spared_where_nothing_was_done_and_it_is_not_due() -> None:
    """Stops at 12, 13, 14, 15 o'clock, due at 14: it looks at 12, at 14, and after its work."""
    work, queue = Diary([NOON + 2 * HOUR]), Counter()
    jobs = [frequent("work", work), Job("queue", queue, SECOND, hours)]
    run_due(jobs, start=NOON, until=NOON + 3 * HOUR)
    assert work.looked_at == [NOON, NOON + 2 * HOUR, NOON + 2 * HOUR]
    assert sorted(set(queue.looked_at)) == [NOON + n * HOUR for n in range(4)]


@pytest.mark.django_db
def test_a_job_that_failed_is_tried_at_every_stop() -> None:
    broken = Broken()
    jobs = [Job("broken", broken, MINUTE, never_due), Job("queue", Counter(), SECOND, hours)]
    run_due(jobs, start=NOON, until=NOON + 3 * HOUR)
    assert broken.tries == 4


@pytest.mark.django_db
def test_what_others_hand_to_a_queue_on_the_way_wakes_the_jobs_that_were_spared() -> None:
    """Somebody's event at 14 o'clock brings the minutely job its work before its due time."""
    work = Diary()
    handed_over: list[datetime] = []

    def queue(*, at: datetime) -> int:
        if at < NOON + 2 * HOUR or handed_over:
            return 0
        handed_over.append(at)
        work.due.append(at)
        return 1

    run_due(
        [frequent("work", work), Job("queue", queue, SECOND, hours)],
        start=NOON,
        until=NOON + 3 * HOUR,
    )
    assert work.ran_at == [NOON + 2 * HOUR]


@pytest.mark.django_db
def test_a_summary_is_made_at_the_end_after_everything_else() -> None:
    """Costs to date are due every hour: three hours on, one figure is what is left of them."""
    figures, proof, work = Counter(99), Counter(99), Diary([NOON + 2 * HOUR])
    jobs = [
        Job("figures", figures, HOUR, hours, is_summary=True),
        Job("proof", proof, DAY, is_summary=True),
        frequent("work", work),
    ]
    lived = run_due(jobs, start=NOON, until=NOON + 3 * HOUR)
    assert figures.looked_at == proof.looked_at == [NOON + 3 * HOUR]
    assert work.ran_at == [NOON + 2 * HOUR]
    assert lived.steps == 3  # the hours of the summary are no stops


@pytest.mark.django_db
def test_work_without_end_at_one_instant_is_an_error_not_a_hang() -> None:
    with pytest.raises(JobsNeverQuiet):
        run_due([frequent("probe", Counter(-1))], start=NOON, until=NOON)


@pytest.mark.django_db
@pytest.mark.usefixtures("sandbox_clock")
def test_the_clock_stands_at_each_due_time_while_its_jobs_run() -> None:
    start = clock.now()
    seen: list[timedelta] = []
    work = Diary([start + HOUR, start + DAY])

    def look(*, at: datetime) -> int:
        count = work(at=at)
        seen.extend([clock.now() - at] * count)
        return count

    lived = advance_clock([Job("look", look, MINUTE, work.next_due)], to=start + 2 * DAY)
    assert lived.now == start + 2 * DAY
    assert all(timedelta() <= late < timedelta(seconds=5) for late in seen)
    assert len(seen) == 2
    assert clock.now() >= start + 2 * DAY


@pytest.mark.django_db
@pytest.mark.usefixtures("sandbox_clock")
def test_how_far_the_clock_is_can_be_read_on_the_way_and_after_it() -> None:
    start = clock.now()
    seen: list[tuple[int, int, Stage]] = []

    def look(*, at: datetime) -> int:
        journey, stage = last_journey() or pytest.fail("nothing was noted")
        seen.append((journey.day, journey.percent, stage))
        return 0

    advance_clock([Job("look", look, MINUTE)], to=start + 2 * DAY)
    way = Stage.ON_ITS_WAY
    assert seen[0] == (1, 0, way)
    assert seen[4] == (2, 50, way)
    assert seen[-1][:2] == (2, 100)
    journey, stage = last_journey() or pytest.fail("nothing was noted")
    assert (journey.steps, stage) == (9, Stage.ARRIVED)


@pytest.mark.django_db
@pytest.mark.usefixtures("sandbox_clock")
def test_the_clock_does_not_go_back() -> None:
    advance_clock([], to=clock.now() + DAY)
    with pytest.raises(clock.ClockMovesOnlyForward):
        advance_clock([], to=clock.now() - HOUR)


@pytest.mark.django_db
@pytest.mark.usefixtures("sandbox_clock")
def test_a_month_without_work_takes_seconds() -> None:
    """Twenty idle jobs with due times, as in the real schedule, and one that runs daily."""
    idle = [frequent(f"idle {number}", Diary()) for number in range(20)]
    began = time.monotonic()
    lived = advance_clock([*idle, daily("daily", Counter())], to=clock.now() + 31 * DAY)
    assert 31 * 4 <= lived.steps <= 31 * 4 + 3  # every six hours, and the start of each day
    assert time.monotonic() - began < 10


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("sandbox_clock")
def test_jobs_stand_aside_while_the_clock_is_moved() -> None:
    """Fails without the lock: the worker's job would run."""
    work = Counter(1)
    outcomes: list[object] = []

    def worker() -> None:
        outcomes.append(run_on_schedule(frequent("probe", work)))
        connection.close()

    with clock_in_hand():
        thread = threading.Thread(target=worker)
        thread.start()
        thread.join(10)
    assert outcomes == [None]
    assert work.looked_at == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("sandbox_clock")
def test_moving_the_clock_waits_for_the_jobs_that_run() -> None:
    order: list[str] = []

    def mover() -> None:
        with clock_in_hand():
            order.append("moved")
        connection.close()

    thread = threading.Thread(target=mover)
    with clock_held_still() as stands_still:
        assert stands_still
        thread.start()
        wait_until_somebody_waits()
        order.append("job done")
    thread.join(10)
    assert order == ["job done", "moved"]


def _stands_still() -> bool:
    time.sleep(0.1)  # the server is another process and sees the end in its own time
    with clock_held_still() as stands_still:
        return stands_still


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("sandbox_clock")
def test_a_holder_that_dies_frees_the_clock() -> None:
    def dies() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [0x746F6C6C636C6F63])
        connection.close()

    thread = threading.Thread(target=dies)
    thread.start()
    thread.join(10)
    assert any(_stands_still() for _ in range(50)), "the server frees it when it sees the end"
