"""How long requests take, by route and status; kept per process, summed over all at the scrape.

With `PROMETHEUS_MULTIPROC_DIR` in the environment (gunicorn: config/gunicorn.py) every process
writes its figures there and any of them can answer /metrics for all.
"""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from prometheus_client import Histogram

_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)

REQUEST_SECONDS = Histogram(
    "tollgate_http_request_seconds",
    "Time to answer, by route.",
    ("method", "route", "status"),
    buckets=_BUCKETS,
)
_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}


def measured(
    answer: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware, the outermost one."""

    def measure(request: HttpRequest) -> HttpResponseBase:
        began = perf_counter()
        response = answer(request)
        took = perf_counter() - began
        REQUEST_SECONDS.labels(_method(request), _route(request), response.status_code).observe(
            took
        )
        return response

    return measure


def _method(request: HttpRequest) -> str:
    """Made-up methods count as one, so that nobody can fill the memory with names."""
    return request.method if request.method in _METHODS else "other"


def _route(request: HttpRequest) -> str:
    """The pattern, not the address: ids must not become label values."""
    match = request.resolver_match
    return match.route if match is not None else "unknown"
