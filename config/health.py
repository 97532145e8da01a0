"""`/health/live/` and `/health/ready/`, for whoever restarts processes and sends them traffic.

Live: the process answers. Ready: it can bill, so the database answers and takes writes, and all
migrations are applied. Redis is told about but does not count: it carries knocks, the cache and
rate limits; due times and money are in the database, requests go on without it, and jobs are
caught up with.
"""

from __future__ import annotations

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.jobs.exceptions import MigrationsPending
from accounts.jobs.queries import require_current_schema

_PATIENCE_SECONDS = 0.5


@require_safe
@never_cache
def live(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"status": "live"})


@require_safe
@never_cache
def ready(request: HttpRequest) -> JsonResponse:
    database = _database()
    migrations = _migrations() if database == "ok" else "unknown"
    is_ready = (database, migrations) == ("ok", "ok")
    report = {
        "status": "ready" if is_ready else "not ready",
        "database": database,
        "migrations": migrations,
        "redis": _redis(),
    }
    return JsonResponse(report, status=200 if is_ready else 503)


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SHOW transaction_read_only")
            (is_read_only,) = cursor.fetchone()
    except DatabaseError:
        return "down"
    return "read only" if is_read_only == "on" else "ok"


def _migrations() -> str:
    try:
        require_current_schema()
    except MigrationsPending:
        return "pending"
    return "ok"


def _redis() -> str:
    client = redis.Redis.from_url(
        settings.REDIS_URL,
        socket_timeout=_PATIENCE_SECONDS,
        socket_connect_timeout=_PATIENCE_SECONDS,
    )
    try:
        with client:
            client.ping()
    except redis.RedisError:
        return "down"
    return "ok"
