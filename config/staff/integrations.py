"""Config → Integrations: how the talk with each system goes, and what it does not know yet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse

from accounts.staff.acts import Act, ConfirmForm, act_page, require, staff_label
from billing.integrations.actions import look_whether_it_answers, try_all_again
from billing.integrations.admin import SYNC
from billing.integrations.models import SyncWork, System, SystemState
from billing.integrations.queries import counts, oldest_open, state_of
from billing.integrations.queue import bring_all_up_to_date, lacking
from billing.integrations.registry import address_of, missing, systems_on
from config import clock
from config.staff.pages import rendered, staff_page

VIEW = "billing.view_syncwork"


@dataclass(frozen=True)
class Line:
    """What the page shows of a system."""

    system: System
    state: SystemState
    missing: list[str]
    address: str
    counts: dict[str, int]
    oldest: SyncWork | None

    @property
    def word(self) -> str:
        if self.missing:
            return "Not set up"
        if self.state.failing_since:
            return "Does not answer"
        return "Answers" if self.state.succeeded_at else "Not tried yet"

    @property
    def tone(self) -> str:
        tones = {"Answers": "success", "Does not answer": "danger", "Not set up": "warning"}
        return tones.get(self.word, "info")

    @property
    def open(self) -> int:
        return self.counts["waiting"] + self.counts["attention"]


@staff_page(VIEW)
def integrations(request: HttpRequest) -> HttpResponseBase:
    at = clock.now()
    lines = [_line(system) for system in systems_on(at=at)]
    if not lines:
        raise Http404
    context: dict[str, object] = {
        "title": "Integrations",
        "lines": lines,
        "may_sync": request.user.has_perm(SYNC),
        "now": at,
    }
    return rendered(request, "admin/integrations.html", context)


@staff_page(VIEW)
def check(request: HttpRequest, name: str) -> HttpResponseBase:
    """POST only: ask the system for something small."""
    system, at = _system_on(request, name)
    if request.method == "POST":
        wrong = look_whether_it_answers(system, at=at)
        if wrong:
            messages.error(request, wrong)
        else:
            messages.success(request, f"{system.label} answers.")
    return HttpResponseRedirect(reverse("admin:integrations"))


@staff_page(VIEW)
def retry(request: HttpRequest, name: str) -> HttpResponseBase:
    """POST only: all that is open is due now."""
    system, at = _system_on(request, name)
    if request.method == "POST":
        count = try_all_again(system, by=staff_label(request), at=at)
        messages.success(request, f"{count} due now.")
    return HttpResponseRedirect(reverse("admin:integrations"))


@staff_page(VIEW)
def bring_up(request: HttpRequest, name: str) -> HttpResponseBase:
    """Says how much is missing there, and asks for it."""
    system, at = _system_on(request, name)
    companies, pieces = lacking(system, at=at) if request.method == "GET" else (0, 0)
    act = Act(
        title="Bring everything up to date",
        consequence=(
            f"All that {system.label} lacks is sent: clients, invoices, credit notes and what paid "
            "them, oldest first. Nothing is sent twice."
        ),
        button="Bring up to date",
        back=reverse("admin:integrations"),
        facts={"Companies": companies, "To be sent": pieces},
    )

    def perform(_: dict[str, object]) -> str:
        return f"{bring_all_up_to_date(system, by=staff_label(request), at=at)} to be sent."

    return act_page(request, act, form=ConfirmForm(request.POST or None), perform=perform)


def _system_on(request: HttpRequest, name: str) -> tuple[System, datetime]:
    require(request, SYNC)
    at = clock.now()
    system = next((system for system in systems_on(at=at) if system == name), None)
    if system is None:
        raise Http404
    return system, at


def _line(system: System) -> Line:
    return Line(
        system,
        state_of(system),
        missing(system),
        address_of(system),
        counts(system),
        oldest_open(system),
    )
