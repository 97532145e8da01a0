"""The cache, which may be lost: without Redis it is empty, and nothing fails for that.

Rate limits then let everybody pass and sessions, which live in the database, go on. Redis holds
nothing that money depends on.
"""

from __future__ import annotations

import logging
from typing import Any, TypeVar

import redis
from django.core.cache.backends.redis import RedisCache, RedisCacheClient

log = logging.getLogger(__name__)
Answer = TypeVar("Answer")


class _Client(RedisCacheClient):
    """Answers as an empty cache would while Redis cannot be reached."""

    def add(self, key: Any, value: Any, timeout: Any) -> bool:
        try:
            return bool(super().add(key, value, timeout))
        except redis.RedisError as error:
            return _lost(error, answer=True)

    def get(self, key: Any, default: Any) -> Any:
        try:
            return super().get(key, default)
        except redis.RedisError as error:
            return _lost(error, answer=default)

    def set(self, key: Any, value: Any, timeout: Any) -> None:
        try:
            super().set(key, value, timeout)
        except redis.RedisError as error:
            _lost(error, answer=None)

    def delete(self, key: Any) -> bool:
        try:
            return bool(super().delete(key))
        except redis.RedisError as error:
            return _lost(error, answer=False)

    def has_key(self, key: Any) -> bool:
        try:
            return bool(super().has_key(key))
        except redis.RedisError as error:
            return _lost(error, answer=False)

    def incr(self, key: Any, delta: int) -> int:
        try:
            return int(super().incr(key, delta))
        except redis.RedisError as error:
            return _lost(error, answer=delta)

    def get_many(self, keys: Any) -> dict[Any, Any]:
        try:
            return dict(super().get_many(keys))
        except redis.RedisError as error:
            return _lost(error, answer={})


class LosableRedisCache(RedisCache):
    """Django's Redis cache, but an outage is a miss."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = _Client


def _lost(error: redis.RedisError, *, answer: Answer) -> Answer:
    log.warning("the cache is away: %s", error)
    return answer
