"""So many calls a minute for each key; without Redis every call passes."""

from __future__ import annotations

import logging

import pytest
import redis

from accounts.access import throttling
from accounts.access.throttling import KeyRateThrottle
from tests.accounts.access.client import Api, error_of, staff_client


@pytest.fixture
def three_a_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(KeyRateThrottle, "rate", "3/day")


@pytest.fixture
def redis_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    nowhere = redis.Redis(host="127.0.0.1", port=1, socket_connect_timeout=0.2)
    monkeypatch.setattr(throttling, "_redis", nowhere)
    monkeypatch.setattr(KeyRateThrottle, "_rests_until", 0.0)


def test_a_call_too_many_is_told_when_to_come_back(three_a_day: None, staff_api: Api) -> None:
    assert [staff_api.read("events/").status_code for _ in range(3)] == [200] * 3
    answer = staff_api.read("events/")
    assert error_of(answer)[:2] == (429, "throttled")
    assert 1 <= int(answer.headers["Retry-After"]) <= 86_401


def test_each_key_has_its_own_calls(three_a_day: None, staff_api: Api) -> None:
    for _ in range(4):
        staff_api.read("events/")
    assert staff_client().read("events/").status_code == 200


def test_without_redis_every_call_passes(
    three_a_day: None, redis_is_gone: None, staff_api: Api, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, logger="accounts.access.throttling"):
        assert [staff_api.read("events/").status_code for _ in range(6)] == [200] * 6
    warnings = [line for line in caplog.records if line.name == "accounts.access.throttling"]
    assert len(warnings) == 1, "Redis is left alone for a while after a failure"
