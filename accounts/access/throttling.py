"""Rate limits: so many calls a minute for each key, counted in Redis."""

from __future__ import annotations

import logging
from time import monotonic
from typing import TYPE_CHECKING

import redis
from django.conf import settings
from rest_framework.request import Request
from rest_framework.settings import api_settings
from rest_framework.throttling import BaseThrottle

from accounts.access.principals import caller
from config.clock import wall

if TYPE_CHECKING:  # DRF's views read these classes while they are being imported
    from rest_framework.views import APIView

log = logging.getLogger(__name__)

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_REST_AFTER_FAILURE_SECONDS = 5.0

_redis = redis.Redis.from_url(settings.REDIS_URL, socket_timeout=0.25, socket_connect_timeout=0.25)


class KeyRateThrottle(BaseThrottle):
    """Refuses with 429 and `Retry-After` once a key has used up its calls of the window.

    Windows are of wall time. Without Redis every call passes: a limit protects the service, and
    must not take it down; after a failure Redis is left alone for five seconds.
    """

    scope = "key"
    rate: str | None = None
    _rests_until = 0.0

    def __init__(self) -> None:
        rate = self.rate or str(api_settings.DEFAULT_THROTTLE_RATES[self.scope])
        calls, _, period = rate.partition("/")
        self.calls, self.window_seconds = int(calls), _SECONDS[period[0]]

    def allow_request(self, request: Request, view: APIView) -> bool:
        principal = caller(request)
        if principal is None:
            return True
        window = int(wall().timestamp()) // self.window_seconds
        return self._count(f"rate:{self.scope}:{principal.id}:{window}") <= self.calls

    def wait(self) -> float:
        """Seconds until the next window."""
        return self.window_seconds - wall().timestamp() % self.window_seconds + 1

    def _count(self, name: str) -> int:
        if monotonic() < KeyRateThrottle._rests_until:
            return 0
        try:
            with _redis.pipeline(transaction=False) as pipe:
                pipe.incr(name)
                pipe.expire(name, 2 * self.window_seconds)
                return int(pipe.execute()[0])
        except redis.RedisError as error:
            KeyRateThrottle._rests_until = monotonic() + _REST_AFTER_FAILURE_SECONDS
            log.warning("rate limits are off: %s", error)
            return 0
