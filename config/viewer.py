"""Shows instants in the viewer's zone and words in the viewer's language."""

from __future__ import annotations

from collections.abc import Callable
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone, translation

from accounts.access.queries import company_for
from accounts.people.models import User

PLACES = ("/portal/", "/accounts/", "/admin/")


def viewer_middleware(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """In the portal: the person's own zone, else the company's; the person's language."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        user = request.user
        if not isinstance(user, User) or not request.path.startswith(PLACES):
            return get_response(request)
        with timezone.override(zone_of(request, user)), translation.override(user.language):
            return get_response(request)

    return middleware


def zone_of(request: HttpRequest, user: User) -> ZoneInfo:
    """The zone that the person chose, else that of the company looked at, else UTC."""
    if user.timezone:
        return ZoneInfo(user.timezone)
    company = company_for(request)
    return company.zone if company is not None else ZoneInfo("UTC")
