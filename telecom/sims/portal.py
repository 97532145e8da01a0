"""SIMs of a company, or of the person whom they are given to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, re_path
from django.utils.formats import date_format
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from accounts.access.exceptions import Refused
from accounts.access.permissions import Permission, can, requires
from accounts.access.principals import PortalRequest
from accounts.access.queries import scoped
from accounts.pages.charts import Chart, Series
from accounts.pages.confirmation import confirmation, is_confirmed
from accounts.pages.lists import Empty, ListPage, Sort
from billing.money.calc import round_half_even
from billing.templatetags.wording import bytes_text
from config import clock
from features.queries import value
from telecom.sims.actions.service import activate_sim, suspend_sim
from telecom.sims.dispatch import hurry_operations
from telecom.sims.filters import SimListFilter
from telecom.sims.models import Sim
from telecom.sims.queries import sims_in_list
from telecom.sims.tables import SimTable, sim_address
from telecom.sims.usage import NOTHING, data_left, open_allowances, sim_use

SHOWN_DAYS = 30
SHOWN_CHANGES = 50
BYTES_PER_MB = 1024 * 1024

SIMS = ListPage[Sim](
    filters=SimListFilter,
    table=SimTable,
    sorts={
        "newest": Sort("iccid", ("-created_at", "-id")),
        "oldest": Sort("iccid", ("created_at", "id")),
    },
    default_sort="newest",
    empty=Empty(
        icon="device-sim",
        title=_("No SIMs yet"),
        text=_("SIMs that the provider assigns to you appear here with their status and usage."),
    ),
    name="sims",
)


def visible_sims(request: PortalRequest) -> QuerySet[Sim]:
    """The company's SIMs; an end user's own only."""
    sims = scoped(sims_in_list(), request.principal)
    if can(request.member.role, Permission.SEE_SIMS):
        return sims
    return sims.filter(end_user=request.member.user)


@requires(None)
def sims(request: PortalRequest) -> HttpResponseBase:
    can_change = can(request.member.role, Permission.CHANGE_SIMS)
    return SIMS.respond(
        request,
        visible_sims(request),
        template="telecom/sims/sims.html",
        bulk="telecom/sims/bulk.html" if can_change else "",
    )


@requires(None)
def sim(request: PortalRequest, iccid: str) -> HttpResponse:
    """One SIM: status and why, usage by day and country, its timeline."""
    found = get_object_or_404(visible_sims(request), iccid=iccid)
    allowances = open_allowances([found.subscription_id] if found.subscription_id else [])
    allowance = next(iter(allowances.values()), None)
    context = {
        "sim": found,
        "allowance": allowance,
        "data_left": data_left(allowance) if allowance else None,
        "changes": found.status_changes.all()[:SHOWN_CHANGES],
        "sees_charges": can(request.member.role, Permission.SEE_MONEY),
        "can_change": can(request.member.role, Permission.CHANGE_SIMS),
        "cost_decimals": value("cost_decimal_points", at=clock.now()),
        "currency": request.company.billing_profile.currency,
        **_usage(request, found),
    }
    return render(request, "telecom/sims/sim.html", context)


@require_POST
@requires(Permission.CHANGE_SIMS)
def suspend(request: PortalRequest, iccid: str) -> HttpResponseBase:
    """Take the SIM out of service."""
    found = get_object_or_404(visible_sims(request), iccid=iccid)
    if not is_confirmed(request):
        return confirmation(
            request,
            title=_t("Suspend this SIM?"),
            text=_t("It goes offline until it is activated again. Its plan goes on."),
            yes=_t("Suspend"),
            back=sim_address(found),
        )

    def ask() -> None:
        by = request.principal.label
        reason = "Suspended by hand"
        suspended_by = Sim.SuspendedBy.CUSTOMER
        suspend_sim(iccid, reason=reason, by=by, at=clock.now(), suspended_by=suspended_by)

    return _asked(request, found, ask, done=_t("The SIM is being suspended."))


@require_POST
@requires(Permission.CHANGE_SIMS)
def activate(request: PortalRequest, iccid: str) -> HttpResponseBase:
    """Put the SIM back into service."""
    found = get_object_or_404(visible_sims(request), iccid=iccid)

    def ask() -> None:
        by = request.principal.label
        reason = "Activated by hand"
        activate_sim(iccid, reason=reason, by=by, at=clock.now(), by_customer=True)

    return _asked(request, found, ask, done=_t("The SIM is being activated."))


def _asked(
    request: PortalRequest, sim: Sim, ask: Callable[[], None], *, done: str
) -> HttpResponseBase:
    try:
        ask()
    except Refused as refusal:
        messages.error(request, refusal.detail)
    else:
        hurry_operations()
        messages.success(request, done)
    return redirect(sim_address(sim))


def _usage(request: PortalRequest, sim: Sim) -> dict[str, object]:
    """What the SIM used in the last 30 days of the company's zone."""
    zone, at = request.company.zone, clock.now()
    today = at.astimezone(zone).date()
    days = [today - timedelta(days=ago) for ago in reversed(range(SHOWN_DAYS))]
    start = datetime.combine(days[0], time.min, tzinfo=zone)
    use = sim_use(sim, request.company, start=start, end=at)
    return {"use": use, "chart": _chart(days, [use.by_day.get(day, NOTHING) for day in days])}


def _chart(days: Sequence[date], quantities: Sequence[Decimal]) -> Chart:
    return Chart(
        kind="bar",
        labels=[date_format(day, "j M") for day in days],
        series=[
            Series(
                name=_t("Data in MB"),
                values=[round_half_even(quantity / BYTES_PER_MB, 3) for quantity in quantities],
                color=1,
            )
        ],
        shown=lambda megabytes: bytes_text(int(megabytes * BYTES_PER_MB)),
        unit="MB",
    )


ICCID = r"(?P<iccid>[0-9]{19,20})"

urlpatterns = [
    path("sims/", sims, name="sims"),
    re_path(rf"^sims/{ICCID}/$", sim, name="sim"),
    re_path(rf"^sims/{ICCID}/suspend/$", suspend, name="sim-suspend"),
    re_path(rf"^sims/{ICCID}/activate/$", activate, name="sim-activate"),
]
