"""The page of jobs: when each ran, what it did, when it runs next, and a button to run it now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse

from accounts.jobs.actions import run_now
from accounts.jobs.calc import next_slot
from accounts.jobs.queries import JobState, job_states
from accounts.staff.acts import require, staff_label
from config import clock
from config.schedule import JOBS, job_named
from config.staff.pages import rendered, staff_page

_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Line:
    """What the page shows of a job."""

    state: JobState
    status: str
    tone: str
    every: str
    next_at: datetime | None


@staff_page("accounts.view_jobrun")
def jobs(request: HttpRequest) -> HttpResponseBase:
    now, wall = clock.now(), clock.wall()
    lines = [_line(state, now=now, wall=wall) for state in job_states(JOBS)]
    context: dict[str, object] = {
        "title": "Jobs",
        "lines": lines,
        "behind": sum(1 for line in lines if line.tone),
        "may_run": request.user.has_perm("accounts.run_job"),
        "now": now,
        "ahead": clock.offset() if clock.offset() > timedelta(seconds=1) else None,
    }
    return rendered(request, "admin/jobs.html", context)


@staff_page("accounts.view_jobrun")
def run(request: HttpRequest, name: str) -> HttpResponseBase:
    """POST only: run the job at once, its turn or not. It does what is due and no more."""
    require(request, "accounts.run_job")
    try:
        job = job_named(name)
    except KeyError:
        raise Http404 from None
    if request.method == "POST":
        outcome = run_now(job)
        if outcome is None:
            messages.warning(request, "The clock is being moved; try again in a moment.")
        elif outcome.error:
            messages.error(request, f"{job.title} failed: {outcome.error}")
        else:
            messages.success(
                request, f"{job.title}: {outcome.count} done, asked by {staff_label(request)}."
            )
    return HttpResponseRedirect(reverse("admin:jobs"))


def _line(state: JobState, *, now: datetime, wall: datetime) -> Line:
    job = state.job
    due = job.next_due(now) if job.next_due else (next_slot(job, now) if job.is_on_grid else None)
    status, tone = "On time", ""
    if state.is_failing:
        status, tone = "Failing", "danger"
    elif state.is_behind(wall=wall):
        status, tone = "Behind" if state.done else "Never ran", "warning"
    elif state.done is None:
        status = "Not due yet"
    return Line(state, status, tone, _in_words(job.every), due)


def _in_words(every: timedelta) -> str:
    """1 s, 5 min, 1 h, 1 d."""
    for unit, sign in ((timedelta(days=1), "d"), (timedelta(hours=1), "h"), (_MINUTE, "min")):
        if every >= unit:
            return f"{every // unit} {sign}"
    return f"{every.total_seconds():g} s"
