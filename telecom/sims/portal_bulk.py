"""Suspending and activating several SIMs at once; each is a transaction of its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy
from django.views.decorators.http import require_POST

from accounts.access.exceptions import Refused
from accounts.access.permissions import Permission, requires
from accounts.access.principals import PortalRequest
from accounts.pages.columns import Words
from accounts.pages.confirmation import confirmation, is_confirmed
from accounts.pages.lists import SIZES
from config import clock
from telecom.sims.actions.service import activate_sim, suspend_sim
from telecom.sims.calc import has_valid_check_digit
from telecom.sims.dispatch import hurry_operations
from telecom.sims.models import Sim
from telecom.sims.portal import visible_sims

MOST_AT_ONCE = int(SIZES[-1])


@dataclass(frozen=True)
class BulkAct:
    """What is done to each SIM, and how the pages before and after it speak."""

    do: Callable[[str, str, datetime], Sim]
    question: Words
    consequence: Words
    yes: Words
    answer: Words


def _suspend(iccid: str, by: str, at: datetime) -> Sim:
    reason, suspended_by = "Suspended by hand", Sim.SuspendedBy.CUSTOMER
    return suspend_sim(iccid, reason=reason, by=by, at=at, suspended_by=suspended_by)


def _activate(iccid: str, by: str, at: datetime) -> Sim:
    return activate_sim(iccid, reason="Activated by hand", by=by, at=at, by_customer=True)


ACTS = {
    "suspend": BulkAct(
        do=_suspend,
        question=ngettext_lazy("Suspend %(count)d SIM?", "Suspend %(count)d SIMs?", "count"),
        consequence=_("They go offline until they are activated again. Their plans go on."),
        yes=_("Suspend"),
        answer=ngettext_lazy(
            "%(done)d of %(count)d SIM is being suspended",
            "%(done)d of %(count)d SIMs are being suspended",
            "count",
        ),
    ),
    "activate": BulkAct(
        do=_activate,
        question=ngettext_lazy("Activate %(count)d SIM?", "Activate %(count)d SIMs?", "count"),
        consequence=_("They go back into service; what they use is charged."),
        yes=_("Activate"),
        answer=ngettext_lazy(
            "%(done)d of %(count)d SIM is being activated",
            "%(done)d of %(count)d SIMs are being activated",
            "count",
        ),
    ),
}


@require_POST
@requires(Permission.CHANGE_SIMS)
def change_chosen(request: PortalRequest) -> HttpResponseBase:
    """Ask, naming how many; then do it to each, and tell which was refused and why."""
    act = ACTS.get(request.POST.get("act", ""))
    if act is None:
        raise Http404
    chosen, back = _chosen(request), _list_address(request)
    if not chosen:
        messages.error(request, _t("Choose SIMs first: check the boxes before them."))
        return redirect(back)
    if not is_confirmed(request):
        return confirmation(
            request,
            title=act.question % {"count": len(chosen)},
            text=str(act.consequence),
            yes=str(act.yes),
            back=back,
        )
    return _performed(request, act, chosen, back=back)


def _performed(
    request: PortalRequest, act: BulkAct, chosen: list[str], *, back: str
) -> HttpResponse:
    own = set(visible_sims(request).filter(iccid__in=chosen).values_list("iccid", flat=True))
    asked: list[Sim] = []
    refused: list[tuple[str, str]] = []
    for iccid in chosen:
        if iccid not in own:
            refused.append((iccid, _t("There is no such SIM.")))
            continue
        try:
            asked.append(act.do(iccid, request.principal.label, clock.now()))
        except Refused as refusal:
            refused.append((iccid, refusal.detail))
    hurry_operations()
    title = act.answer % {"done": len(asked), "count": len(chosen)}
    context = {"title": title, "asked": asked, "refused": refused, "back": back}
    return render(request, "telecom/sims/bulk_result.html", context)


def _chosen(request: PortalRequest) -> list[str]:
    """The ICCIDs that were checked; what is no ICCID is left out."""
    rows = dict.fromkeys(request.POST.getlist("row"))
    return [row for row in rows if has_valid_check_digit(row)][:MOST_AT_ONCE]


def _list_address(request: PortalRequest) -> str:
    query = QueryDict(request.POST.get("query", ""))
    return f"{reverse('portal:sims')}?{query.urlencode()}"


urlpatterns = [path("sims/bulk/", change_chosen, name="sims-bulk")]
