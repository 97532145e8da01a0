"""The sandbox's own page: let time pass, and read the mails that were sent. Not in production."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
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
from django.views.decorators.http import require_POST, require_safe

from accounts.jobs.exceptions import ClockIsBusy
from accounts.jobs.stepping import advance_clock
from accounts.notifications.models import Mail
from accounts.people.models import User
from config import clock
from config.moving import instant_in
from config.schedule import JOBS

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
    """Business time with its buttons, and the newest mails."""
    _only_in_the_sandbox()
    context = {"now": clock.now(), "steps": STEPS, "mails": _mails(request)[:_SHOWN]}
    return render(request, "sandbox/index.html", context)


@login_required
@require_POST
def let_time_pass(request: HttpRequest) -> HttpResponse:
    """Live through a while: every job that falls due on the way runs."""
    _only_in_the_sandbox()
    step = request.POST.get("by", "")
    if step not in STEPS:
        raise Http404
    try:
        lived = advance_clock(JOBS, to=instant_in(step))
    except (ClockIsBusy, clock.ClockMovesOnlyForward) as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _told(lived.now, lived.counts))
    return redirect("sandbox")


@login_required
@require_safe
def mail(request: HttpRequest, mail_id: UUID) -> HttpResponse:
    """One mail as text, with its attachments named."""
    _only_in_the_sandbox()
    found = get_object_or_404(_mails(request), pk=mail_id)
    return render(request, "sandbox/mail.html", {"mail": found})


def _told(now: datetime, counts: Mapping[str, int]) -> str:
    done = ", ".join(f"{name} {count}" for name, count in sorted(counts.items()) if count)
    return _("It is now {now} UTC. Done: {done}.").format(
        now=now.strftime("%Y-%m-%d %H:%M"), done=done or _("nothing was due")
    )


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
    path("sandbox/clock/", let_time_pass, name="sandbox_clock"),
    path("sandbox/mails/<uuid:mail_id>/", mail, name="sandbox_mail"),
]
