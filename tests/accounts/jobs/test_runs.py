"""Running one job: its log, its turn, its failures."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from accounts.jobs import queries
from accounts.jobs.actions import LEASE, run_now, run_on_schedule
from accounts.jobs.calc import slot_of
from accounts.jobs.exceptions import MigrationsPending
from accounts.jobs.models import JobRun
from accounts.jobs.queries import job_states
from accounts.jobs.tasks import prune_job_runs
from config import clock
from tests.accounts.jobs.probes import DAY, MINUTE, Broken, Counter, daily, frequent

pytestmark = pytest.mark.django_db


def test_a_job_of_every_second_leaves_one_line_an_hour() -> None:
    work = frequent("probe", Counter(2), every=timedelta(seconds=1))
    for _ in range(50):
        run_on_schedule(work)
    lines = JobRun.objects.filter(name="probe")
    assert sum(line.runs for line in lines) == 50
    assert sum(line.count for line in lines) == 2
    assert len(lines) <= 2  # two when the hour turned meanwhile


def test_failures_have_a_line_of_their_own_with_the_last_error() -> None:
    work = Broken()
    for _ in range(3):
        run_on_schedule(frequent("probe", work))
    work.is_repaired = True
    run_on_schedule(frequent("probe", work))
    failed = JobRun.objects.get(name="probe", status="failed")
    assert (failed.runs, failed.error) == (3, "ValueError: no paper")
    (state,) = job_states([frequent("probe", work)])
    assert not state.is_failing


def test_a_daily_job_runs_once_a_day_however_often_beat_knocks() -> None:
    work = Counter(5)
    assert run_on_schedule(daily("probe", work)) is not None
    assert run_on_schedule(daily("probe", work)) is None
    assert len(work.looked_at) == 1


def test_a_daily_job_that_failed_is_tried_at_the_next_knock() -> None:
    work = Broken()
    run_on_schedule(daily("probe", work))
    work.is_repaired = True
    outcome = run_on_schedule(daily("probe", work))
    assert outcome is not None
    assert outcome.count == 1


def test_a_person_can_run_a_job_again_though_its_turn_is_over() -> None:
    work = Counter(5)
    run_on_schedule(daily("probe", work))
    assert run_now(daily("probe", work)) is not None
    assert len(work.looked_at) == 2


def test_a_daily_job_is_left_alone_while_another_worker_is_at_it() -> None:
    job = daily("probe", Counter(5))
    line = _running_line(job.name, started_at=clock.wall() - LEASE / 2)
    assert run_on_schedule(job) is None
    line.started_at = clock.wall() - LEASE - MINUTE
    line.save()
    assert run_on_schedule(job) is not None
    assert not JobRun.objects.filter(status="running").exists()


def _running_line(name: str, *, started_at: datetime) -> JobRun:
    slot = slot_of(daily(name, Counter()), clock.now())
    return JobRun.objects.create(
        name=name, slot=slot, status="running", at=clock.now(), started_at=started_at
    )


def test_nothing_runs_while_migrations_are_pending(monkeypatch: pytest.MonkeyPatch) -> None:
    queries.require_current_schema.cache_clear()
    work = Counter(1)
    monkeypatch.setattr(queries, "pending_migrations", lambda: ["billing.0099_next"])
    with pytest.raises(MigrationsPending, match=r"billing\.0099_next"):
        run_on_schedule(frequent("probe", work))
    assert work.looked_at == []
    monkeypatch.undo()
    assert run_on_schedule(frequent("probe", work)) is not None


def test_a_job_is_behind_when_it_has_not_succeeded_for_three_of_its_intervals() -> None:
    job = frequent("probe", Counter())
    assert job_states([job])[0].is_behind(wall=clock.wall())
    run_on_schedule(job)
    (state,) = job_states([job])
    assert not state.is_behind(wall=clock.wall())
    assert state.is_behind(wall=clock.wall() + 5 * MINUTE)


def test_a_job_that_never_ran_counts_from_the_first_run_of_any() -> None:
    run_on_schedule(frequent("probe", Counter()))
    (state,) = job_states([frequent("fresh", Counter())])
    assert not state.is_behind(wall=clock.wall())
    assert state.is_behind(wall=clock.wall() + 5 * MINUTE)


def test_old_lines_are_forgotten() -> None:
    at = datetime(2026, 6, 1, tzinfo=UTC)
    for age in (89 * DAY, 91 * DAY):
        JobRun.objects.create(
            name="probe", slot=at - age, status="done", at=at - age, started_at=at - age
        )
    assert prune_job_runs(at=at) == 1
    assert JobRun.objects.get().slot == at - 89 * DAY


def test_an_error_text_that_the_database_cannot_keep_is_kept_without_the_culprit() -> None:
    def fail(*, at: datetime) -> int:
        raise ValueError("a\x00b")

    job: Any = frequent("probe", Broken())
    run_on_schedule(type(job)("probe", fail, MINUTE))
    assert JobRun.objects.get().error == "ValueError: ab"
