"""Shows instants in the viewer's zone and words in the viewer's language."""

from __future__ import annotations

from collections.abc import Callable
from datetime import tzinfo
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers

from accounts.access.queries import company_for
from accounts.companies.models import Company
from accounts.people.languages import first_spoken, language_of
from accounts.people.models import User

ZONED = ("/portal/", "/accounts/", "/admin/")
# Staff and machines are spoken to in the language of the source.
UNTRANSLATED = ("/admin/", "/api/", "/health/", "/metrics")
SOURCE = "en"


def viewer_middleware(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Where people look: the person's own zone and language, else those of the company.

    A guest's language is that of the cookie that the choice left behind, else the browser's, else
    ours (`LANGUAGE_CODE`).
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        is_zoned = request.path.startswith(ZONED)
        is_translated = not request.path.startswith(UNTRANSLATED)
        user = request.user if is_zoned or is_translated else None
        person = user if isinstance(user, User) else None
        company = _company_to_follow(request, person)
        zone = _zone(person, company) if is_zoned else None
        language = _language(request, person, company) if is_translated else SOURCE
        with timezone.override(zone), translation.override(language):
            response = get_response(request)
        if is_translated:
            response.headers.setdefault("Content-Language", language)
            patch_vary_headers(response, ("Accept-Language", "Cookie"))
        return response

    return middleware


def _company_to_follow(request: HttpRequest, person: User | None) -> Company | None:
    """The company looked at, where the person left something to it."""
    if person is None or (person.timezone and person.language):
        return None
    return company_for(request)


def _zone(person: User | None, company: Company | None) -> tzinfo | None:
    if person is None:
        return None
    if person.timezone:
        return ZoneInfo(person.timezone)
    return company.zone if company is not None else ZoneInfo("UTC")


def _language(request: HttpRequest, person: User | None, company: Company | None) -> str:
    own = language_of(person, company) if person is not None else ""
    return first_spoken(own, translation.get_language_from_request(request))
