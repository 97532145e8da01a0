"""The sandbox's own page: let time pass, and read the mails that were sent. Not in production."""

from __future__ import annotations

from typing import cast
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe
from django_htmx.http import HttpResponseClientRefresh
from kombu.exceptions import OperationalError

from accounts.jobs.journeys import Stage, last_journey, refuse, set_out
from accounts.notifications.models import Mail
from accounts.people.models import User
from config import clock
from config.moving import instant_in
from config.tasks import live_through

STEPS = {
    "PT1H": gettext_lazy("An hour"),
    "P1D": gettext_lazy("A day"),
    "P7D": gettext_lazy("A week"),
    "P1M": gettext_lazy("A month"),
}
_SHOWN = 100


@login_required
@require_safe
def sandbox(request: HttpRequest) -> HttpResponse:
    """Business time with its buttons, how far it is on its way, and the newest mails."""
    _only_in_the_sandbox()
    context = {"steps": STEPS, "mails": _mails(request)[:_SHOWN], **_clock()}
    return render(request, "sandbox/index.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def moving_clock(request: HttpRequest) -> HttpResponse:
    """Asked for by the page itself while time passes; a POST lets it pass."""
    _only_in_the_sandbox()
    if request.method == "POST":
        return _let_time_pass(request)
    context = _clock()
    if not context["is_moving"]:
        return HttpResponseClientRefresh()
    return render(request, "sandbox/journey.html", context)


def _let_time_pass(request: HttpRequest) -> HttpResponse:
    """Have a worker live through a while: every job that falls due on the way runs."""
    step = request.POST.get("by", "")
    if step not in STEPS:
        raise Http404
    if _clock()["is_moving"]:
        messages.warning(request, _("Time is passing already."))
        return redirect("sandbox")
    journey = set_out(to=instant_in(step))
    try:
        live_through.delay(journey.to.isoformat())
    except OperationalError:
        refuse(journey, why=_("The queue of the workers does not answer."))
    return redirect("sandbox")


def _clock() -> dict[str, object]:
    """Where the clock stands, and what became of its last journey."""
    journey, stage = last_journey() or (None, None)
    return {
        "now": clock.now(),
        "journey": journey,
        "stage": stage,
        "is_moving": stage in {Stage.WAITING, Stage.ON_ITS_WAY},
    }


@login_required
@require_safe
def mail(request: HttpRequest, mail_id: UUID) -> HttpResponse:
    """One mail as text, with its attachments named."""
    _only_in_the_sandbox()
    found = get_object_or_404(_mails(request), pk=mail_id)
    return render(request, "sandbox/mail.html", {"mail": found})


def _mails(request: HttpRequest) -> QuerySet[Mail]:
    """Staff read all mails, members those of their companies."""
    user = cast("User", request.user)
    mails = Mail.objects.order_by("-created_at", "-id").prefetch_related("attachments")
    if user.is_staff:
        return mails
    return mails.filter(company__members__user=user).distinct()


def _only_in_the_sandbox() -> None:
    if not settings.SANDBOX_CLOCK_FILE:
        raise Http404


urlpatterns = [
    path("sandbox/", sandbox, name="sandbox"),
    path("sandbox/clock/", moving_clock, name="sandbox_clock"),
    path("sandbox/mails/<uuid:mail_id>/", mail, name="sandbox_mail"),
]
