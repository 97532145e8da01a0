"""Turning the pages of a list: by cursor, the rest of the address kept."""

from __future__ import annotations

from copy import copy
from typing import TypeVar
from urllib.parse import parse_qs, urlsplit

from django.db.models import Model, QuerySet
from django.http import HttpRequest, QueryDict
from rest_framework.request import Request

from accounts.access.exceptions import Refused
from accounts.access.pagination import StablePagination

Row = TypeVar("Row", bound=Model)
PLACE = ("cursor",)


def address(query: QueryDict, **changes: str) -> str:
    """This page's address with some parameters changed, from its first rows on."""
    changed = query.copy()
    for name in PLACE:
        changed.pop(name, None)
    for name, value in changes.items():
        changed[name] = value
    return f"?{changed.urlencode()}"


def page_of(
    request: HttpRequest, queryset: QuerySet[Row], query: QueryDict
) -> tuple[list[Row], str, str]:
    """The rows and the addresses of the next and the previous page."""
    pages, request_of_page = StablePagination(), _with_query(request, query)
    try:
        rows = pages.paginate_queryset(queryset, request_of_page)
    except Refused:
        query.pop("cursor", None)
        rows = pages.paginate_queryset(queryset, _with_query(request, query))
    return rows, _turn(request.GET, pages.next), _turn(request.GET, pages.previous)


def _with_query(request: HttpRequest, query: QueryDict) -> Request:
    asked = copy(request)
    asked.GET = query  # type: ignore[assignment]
    return Request(asked)


def _turn(query: QueryDict, url: str | None) -> str:
    if url is None:
        return ""
    return address(query, cursor=parse_qs(urlsplit(url).query)["cursor"][0])
