"""Keeps where each request came from, for the audit trail and the log."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase
from structlog.contextvars import bind_contextvars

from accounts.access.addresses import address_of
from accounts.audit.origin import coming_from

GetResponse = Callable[[HttpRequest], HttpResponseBase]


def origin_middleware(get_response: GetResponse) -> GetResponse:
    """The address counts our own proxies only, so that nobody can make one up."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        address = address_of(request)
        bind_contextvars(ip=address)
        with coming_from(address):
            return get_response(request)

    return middleware
