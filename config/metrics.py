"""/metrics in Prometheus' text format.

Request times come from the processes (`config.measuring`); everything else is read from the
database at the scrape, so that it is true whichever process answers and survives restarts.
Outside the sandbox a scraper shows `METRICS_TOKEN`; without one the address does not exist.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import timedelta
from secrets import compare_digest

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from accounts.jobs.queries import job_states
from billing.insight.operations import backlog, intake, recharges_by_outcome
from config.clock import offset, wall
from config.schedule import JOBS

WINDOW = timedelta(minutes=5)
DAY = timedelta(days=1)


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    if not _may_read(request):
        raise Http404
    facts = CollectorRegistry(auto_describe=False)
    facts.register(Facts())
    body = generate_latest(_process_registry()) + generate_latest(facts)
    return HttpResponse(body, content_type=CONTENT_TYPE_LATEST)


def _may_read(request: HttpRequest) -> bool:
    if settings.SANDBOX:
        return True
    token: str = settings.METRICS_TOKEN
    shown = request.headers.get("Authorization", "")
    return bool(token) and compare_digest(shown.encode(), f"Bearer {token}".encode())


def _process_registry() -> CollectorRegistry:
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return REGISTRY
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return registry


class Facts(Collector):
    """Gauges over what the database says now."""

    def collect(self) -> Iterator[Metric]:
        yield from _backlog()
        yield from _usage()
        yield _recharges()
        yield from _jobs()
        yield _gauge(
            "clock_ahead_seconds", "Business time ahead of real time", offset().total_seconds()
        )


def _gauge(name: str, help_text: str, value: float) -> Metric:
    return GaugeMetricFamily(f"tollgate_{name}", f"{help_text}.", value=value)


def _backlog() -> Iterator[Metric]:
    waits = backlog(wall=wall())
    yield _gauge("inbox_records", "Usage records that wait to be rated", waits.inbox)
    yield _gauge("usage_rejects", "Usage records that could not be rated", waits.rejects)
    yield _gauge("outbox_events", "Events that wait for their position", waits.outbox)
    yield _gauge(
        "outbox_lag_seconds", "Age of the oldest unpublished event", waits.outbox_lag_seconds
    )
    yield _gauge("handlings_waiting", "Event handlers that wait for their turn", waits.handlings)
    yield _gauge("handlings_failed", "Event handlers that gave up", waits.handlings_failed)
    yield _gauge("mails_waiting", "Mails that wait to be sent", waits.mails)
    yield _gauge("mails_failed", "Mails that could not be sent", waits.mails_failed)
    yield _gauge("gateway_events_waiting", "Webhooks not acted on", waits.gateway_events)
    yield _gauge("payments_unsettled", "Payments without an outcome", waits.payments_unsettled)


def _usage() -> Iterator[Metric]:
    came = intake(wall=wall(), within=WINDOW)
    records = GaugeMetricFamily(
        "tollgate_usage_records_5m", "Usage records of the last 5 minutes.", labels=["outcome"]
    )
    for outcome in ("accepted", "duplicates", "conflicts", "rejected"):
        records.add_metric([outcome], getattr(came, outcome))
    yield records


def _recharges() -> Metric:
    family = GaugeMetricFamily(
        "tollgate_recharges_24h", "Recharges of the last 24 hours.", labels=["trigger", "status"]
    )
    for labels, count in recharges_by_outcome(wall=wall(), within=DAY).items():
        family.add_metric(labels, count)
    return family


def _jobs() -> Iterator[Metric]:
    age = GaugeMetricFamily(
        "tollgate_job_success_age_seconds", "Since the last success of a job.", labels=["job"]
    )
    failing = GaugeMetricFamily(
        "tollgate_job_failing", "1 when the last run of a job failed.", labels=["job"]
    )
    now = wall()
    for state in job_states(JOBS):
        if state.done is not None and state.done.finished_at is not None:
            age.add_metric([state.job.name], (now - state.done.finished_at).total_seconds())
        failing.add_metric([state.job.name], int(state.is_failing))
    yield age
    yield failing
