"""SIMs of a company, or of the person whom they are given to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils import timezone
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
from billing.templatetags.wording import bytes_text
from config import clock
from features.queries import value
from telecom.sims.actions import activate_sim, suspend_sim
from telecom.sims.dispatch import hurry_operations
from telecom.sims.filters import SimListFilter
from telecom.sims.models import Sim
from telecom.sims.queries import sims_in_list
from telecom.sims.tables import SimTable, sim_address
from telecom.sims.usage import (
    NOTHING,
    charges_of,
    data_left,
    open_allowances,
    use_by_country,
    use_by_day,
)

SHOWN_DAYS = 30
SHOWN_CHANGES = 50
BYTES_PER_MB = 1024 * 1024

SIMS = ListPage(
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
    export_name="sims",
)


def visible_sims(request: PortalRequest) -> QuerySet[Sim]:
    """The company's SIMs; an end user's own only."""
    sims = scoped(sims_in_list(), request.principal)
    if can(request.member.role, Permission.SEE_SIMS):
        return sims
    return sims.filter(end_user=request.member.user)


@requires(None)
def sims(request: PortalRequest) -> HttpResponseBase:
    return SIMS.respond(request, visible_sims(request), template="telecom/sims/sims.html")


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
        reason = _t("Suspended by hand")
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
        reason = _t("Activated by hand")
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
    """What the SIM used in the last 30 days of the viewer's zone."""
    zone, at = ZoneInfo(timezone.get_current_timezone_name()), clock.now()
    since = at - timedelta(days=SHOWN_DAYS)
    charges = charges_of(sim, request.company)
    used = use_by_day(charges, since=since, zone=zone)
    today = at.astimezone(zone).date()
    days = [today - timedelta(days=ago) for ago in reversed(range(SHOWN_DAYS))]
    return {
        "chart": _chart(days, [used.get(day, NOTHING).quantity_bytes for day in days]),
        "used_bytes": sum(use.quantity_bytes for use in used.values()),
        "cost": sum((use.cost for use in used.values()), NOTHING.cost),
        "countries": use_by_country(charges, since=since),
    }


def _chart(days: Sequence[date], quantities: Sequence[int]) -> Chart:
    return Chart(
        kind="bar",
        labels=[date_format(day, "j M") for day in days],
        series=[
            Series(
                name=_t("Data in MB"),
                values=[Decimal(quantity) / BYTES_PER_MB for quantity in quantities],
                color=1,
            )
        ],
        shown=lambda mb: bytes_text(int(mb * BYTES_PER_MB)),
        unit="MB",
    )


urlpatterns = [
    path("sims/", sims, name="sims"),
    path("sims/<str:iccid>/", sim, name="sim"),
    path("sims/<str:iccid>/suspend/", suspend, name="sim-suspend"),
    path("sims/<str:iccid>/activate/", activate, name="sim-activate"),
]
