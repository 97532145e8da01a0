"""The front page, and the pages that say what went wrong with a reference to look it up by."""

from __future__ import annotations

import sys

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST
from structlog.contextvars import get_contextvars

from accounts.access.outages import is_outage
from accounts.people.languages import is_spoken
from accounts.people.models import User
from accounts.team.actions import choose_language
from config import clock
from features.pictures import picture_type
from features.queries import value


def landing(request: HttpRequest) -> HttpResponse:
    """What this is and where to sign in; who is signed in goes to the portal."""
    if request.user.is_authenticated:
        return redirect("portal:dashboard")
    return render(request, "portal/landing.html")


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """The language chosen in a menu: kept with who is signed in and in a cookie, and back again."""
    chosen, back = request.POST.get("language", ""), request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}, request.is_secure()):
        back = reverse("landing")
    response = redirect(back)
    if is_spoken(chosen):
        if isinstance(request.user, User):
            choose_language(request.user, chosen)
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            chosen,
            max_age=settings.LANGUAGE_COOKIE_AGE,
            samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
        )
    return response


def favicon(request: HttpRequest) -> HttpResponse:
    """Browsers ask here for the icon of what is no page: a PDF, an answer of the API."""
    return redirect(static("img/mark.svg"))


def logo(request: HttpRequest) -> HttpResponse:
    """The provider's logo, for mails and pages; an SVG may draw and do nothing else."""
    picture = value("branding_logo", at=clock.now())
    if picture is None:
        raise Http404
    return HttpResponse(
        picture,
        content_type=f"image/{picture_type(picture)}",
        headers={
            "Cache-Control": "public, max-age=300",
            "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
        },
    )


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _refused(request, 400)


def forbidden(request: HttpRequest, exception: PermissionDenied) -> HttpResponse:
    return _refused(request, 403, reason=str(exception))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _refused(request, 404)


def server_error(request: HttpRequest) -> HttpResponse:
    """No context processor runs here: the database may be what failed."""
    status = 503 if is_outage(sys.exc_info()[1]) else 500
    context = {"request": request, "reference": reference()}
    return HttpResponse(render_to_string(f"errors/{status}.html", context), status=status)


def reference() -> str:
    """The id of this request in the logs."""
    return str(get_contextvars().get("request_id", ""))


def _refused(request: HttpRequest, status: int, *, reason: str = "") -> HttpResponse:
    context = {"reference": reference(), "reason": reason}
    return render(request, f"errors/{status}.html", context, status=status)
