"""The staff's dashboard: money at a glance, what needs a person, how the machine does.

Whoever may not see money gets the operations' half.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import cast

from django.http import HttpRequest
from django.urls import reverse
from django.utils.safestring import SafeString

from accounts.jobs.queries import job_states
from accounts.people.models import User
from accounts.staff.columns import instant_cell
from billing.insight import glance
from billing.insight.operations import Backlog, backlog, intake
from billing.money.columns import amount_cell
from config import clock
from config.schedule import JOBS
from config.staff.attention import Matter, matters
from config.staff.checklist import is_offered
from features.queries import value

CHART_DAYS = 30
RATE_WINDOW = timedelta(minutes=5)


@dataclass(frozen=True)
class Figure:
    """One card: the largest thing on it, what it means, what it is made of."""

    title: str
    value: SafeString | str
    note: SafeString | str = ""
    more: tuple[SafeString | str, ...] = ()
    href: str = ""
    tone: str = ""


def staff_dashboard(request: HttpRequest, context: dict[str, object]) -> dict[str, object]:
    """What `admin/index.html` shows."""
    at, sees_money = clock.now(), request.user.has_perm("billing.view_entry")
    waits = backlog(wall=clock.wall())
    found: dict[str, object] = {
        "title": "Dashboard",
        "figures": [*(_money(at) if sees_money else []), *_machine(request, waits, at=at)],
        "matters": _allowed(request, matters(waits, at=at)),
        "offers_first_steps": is_offered(cast("User", request.user)),
    }
    if sees_money:
        found["revenue_chart"], found["revenue_currency"] = _revenue_chart(at)
        found["recharge_chart"] = _recharge_chart(at)
    return context | found


def _allowed(request: HttpRequest, found: list[Matter]) -> list[Matter]:
    return [matter for matter in found if request.user.has_perm(matter.permission)]


def _money(at: datetime) -> list[Figure]:
    return [_balance_held(at), _revenue(at), _recharges(at), _overdue()]


def _main_currency(at: datetime) -> str:
    rows = glance.holdings()
    return rows[0].currency if rows else value("default_currency", at=at)


def _balance_held(at: datetime) -> Figure:
    rows = glance.holdings() or [
        glance.Holdings(value("default_currency", at=at), Decimal(0), Decimal(0), Decimal(0))
    ]
    main, *others = rows
    owed = amount_cell(main.owed, main.currency)
    return Figure(
        title="Balance held",
        value=amount_cell(main.funds, main.currency),
        note=SafeString(f"owed to us {owed}"),
        more=tuple(amount_cell(row.funds, row.currency) for row in others[:3]),
        href=f"{reverse('admin:billing_account_changelist')}?kind__exact=customer",
    )


def _month_start(day: date) -> date:
    return day.replace(day=1)


def _revenue(at: datetime) -> Figure:
    today, currency = at.date(), _main_currency(at)
    this = _month_start(today)
    last = _month_start(this - timedelta(days=1))
    days = glance.earned_by_day(since=last).get(currency, {})
    so_far = sum((amount for day, amount in days.items() if day >= this), Decimal(0))
    until = min(last + (today - this), this - timedelta(days=1))
    before = sum((amount for day, amount in days.items() if day <= until), Decimal(0))
    return Figure(
        title="Revenue this month",
        value=amount_cell(so_far, currency),
        note=SafeString(f"{_change(so_far, before)} last month by day {until.day}: ")
        + amount_cell(before, currency),
        href=reverse("admin:billing_charge_changelist"),
    )


def _change(now: Decimal, before: Decimal) -> str:
    if not before:
        return ""
    percent = round((now - before) / before * 100)
    return f"{'▲' if percent >= 0 else '▼'} {abs(percent)} % ·"


def _recharges(at: datetime) -> Figure:
    days = glance.recharges_by_day(at=at, days=CHART_DAYS)
    good, bad = sum(day.succeeded for day in days), sum(day.failed for day in days)
    return Figure(
        title="Recharges, 30 days",
        value=f"{good:,} ok",
        note=f"{bad:,} failed · today {days[-1].succeeded:,} ok, {days[-1].failed:,} failed",
        href=reverse("admin:billing_recharge_changelist"),
        tone="warning" if bad > good else "",
    )


def _overdue() -> Figure:
    rows = glance.overdue()
    total = sum(row.count for row in rows)
    amounts = [amount_cell(row.due, row.currency) for row in rows]
    return Figure(
        title="Overdue",
        value=amounts[0] if amounts else "Nothing",
        note=f"{total:,} invoice{'s' * (total > 1)}"
        if total
        else "every invoice is paid or not due yet",
        more=tuple(amounts[1:4]),
        href=f"{reverse('admin:billing_invoice_changelist')}?status__exact=overdue",
        tone="danger" if total else "",
    )


def _machine(request: HttpRequest, waits: Backlog, *, at: datetime) -> list[Figure]:
    figures = []
    if request.user.has_perm("billing.view_usagereject"):
        figures += [_usage_rate(waits), _rejects(waits)]
    if request.user.has_perm("accounts.view_jobrun"):
        figures.append(_jobs())
    if request.user.has_perm("billing.view_books"):
        figures.append(_books(at))
    return figures


def _usage_rate(waits: Backlog) -> Figure:
    came = intake(wall=clock.wall(), within=RATE_WINDOW)
    return Figure(
        title="Usage now",
        value=f"{came.per_minute:,.0f} records/min",
        note=f"last 5 minutes · {waits.inbox:,} wait to be rated",
        href=reverse("admin:billing_usagebatch_changelist"),
    )


def _rejects(waits: Backlog) -> Figure:
    return Figure(
        title="Rejects waiting",
        value=f"{waits.rejects:,}",
        note="correct the cause, then replay them" if waits.rejects else "all usage was rated",
        href=f"{reverse('admin:billing_usagereject_changelist')}?charge_id__isempty=1",
        tone="warning" if waits.rejects else "",
    )


def _jobs() -> Figure:
    wall, states = clock.wall(), job_states(JOBS)
    failing = {state.job.name for state in states if state.is_failing}
    names = sorted({state.job.name for state in states if state.is_behind(wall=wall)} | failing)
    shown = ", ".join(names[:4]) + (" …" if len(names) > len(names[:4]) else "")
    return Figure(
        title="Jobs behind",
        value=f"{len(names)}" if names else "None",
        note=shown or f"{len(JOBS)} jobs are on time",
        href=reverse("admin:jobs"),
        tone="danger" if failing else "warning" if names else "",
    )


def _books(at: datetime) -> Figure:
    last = glance.last_audit()
    if last is None:
        return Figure("Books audited", "Not yet", "the first proof runs by itself", tone="warning")
    return Figure(
        title="Books audited",
        value="All agree" if not last.faults else f"{last.faults:,} faults",
        note=SafeString(f"{last.checks} checks · ") + instant_cell(last.checked_at),
        href=reverse("admin:books"),
        tone="danger" if last.faults else "success",
    )


def _revenue_chart(at: datetime) -> tuple[str, str]:
    """Cumulative by day of the month: this month against last, in the main currency."""
    currency = _main_currency(at)
    this = _month_start(at.date())
    last = _month_start(this - timedelta(days=1))
    days = glance.earned_by_day(since=last).get(currency, {})
    lines = [
        _line("This month", _running(days, this, until=at.date()), "var(--color-primary-600)"),
        _line("Last month", _running(days, last, until=this - timedelta(days=1)), "#94a3b8"),
    ]
    longest = max(len(line["data"]) for line in lines)  # type: ignore[arg-type]
    labels = [str(number) for number in range(1, longest + 1)]
    return json.dumps({"labels": labels, "datasets": lines}), currency


def _running(days: dict[date, Decimal], first: date, *, until: date) -> list[float]:
    """Sums from the first day on; for drawing only."""
    total, sums = Decimal(0), []
    for number in range((until - first).days + 1):
        total += days.get(first + timedelta(days=number), Decimal(0))
        sums.append(float(round(total, 2)))
    return sums


def _line(label: str, data: list[float], colour: str) -> dict[str, object]:
    return {"label": label, "data": data, "borderColor": colour, "displayYAxis": True}


def _recharge_chart(at: datetime) -> str:
    days = glance.recharges_by_day(at=at, days=CHART_DAYS)
    bars = [
        {
            "label": "Succeeded",
            "data": [day.succeeded for day in days],
            "backgroundColor": "var(--color-primary-600)",
            "displayYAxis": True,
        },
        {"label": "Failed", "data": [day.failed for day in days], "backgroundColor": "#dc2626"},
    ]
    return json.dumps({"labels": [f"{day.day:%d.%m.}" for day in days], "datasets": bars})
