"""Health, metrics, deployment checks, and life without Redis."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest
from django.conf import LazySettings
from django.core.cache import caches
from django.core.checks import CheckMessage, run_checks
from django.db import connection, transaction
from django.test import Client

from accounts.events.actions import publish
from accounts.jobs import queries
from billing.insight.operations import backlog
from billing.payments.gateways.stripe import longest_wait
from config import clock
from config.sandbox.environment import ROOT
from config.schedule import JOBS
from config.tasks import run_job

NOWHERE = "redis://127.0.0.1:1/0"


@pytest.mark.django_db
def test_a_process_is_ready_when_database_and_migrations_are(client: Client) -> None:
    assert client.get("/health/live/").json() == {"status": "live"}
    answer = client.get("/health/ready/")
    assert (answer.status_code, answer.json()["status"]) == (200, "ready")


@pytest.mark.django_db
def test_pending_migrations_make_it_not_ready(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    queries.require_current_schema.cache_clear()
    monkeypatch.setattr(queries, "pending_migrations", lambda: ["billing.0099_next"])
    answer = client.get("/health/ready/")
    assert (answer.status_code, answer.json()["migrations"]) == (503, "pending")


@pytest.fixture
def no_database(transactional_db: None) -> Iterator[None]:
    """PostgreSQL cannot be reached while the test runs."""
    port = connection.settings_dict["PORT"]
    connection.close()
    connection.settings_dict["PORT"] = "1"
    yield
    connection.close()
    connection.settings_dict["PORT"] = port


@pytest.mark.usefixtures("no_database")
def test_without_database_it_is_alive_but_not_ready(client: Client) -> None:
    assert client.get("/health/live/").status_code == 200
    answer = client.get("/health/ready/")
    assert (answer.status_code, answer.json()["database"]) == (503, "down")


@pytest.mark.django_db
def test_with_a_database_that_takes_no_writes_it_is_not_ready(client: Client) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION READ ONLY")
    answer = client.get("/health/ready/")
    assert (answer.status_code, answer.json()["database"]) == (503, "read only")


@pytest.mark.django_db
def test_without_redis_it_is_ready_and_says_so(client: Client, settings: LazySettings) -> None:
    settings.REDIS_URL = NOWHERE
    answer = client.get("/health/ready/")
    assert (answer.status_code, answer.json()["redis"]) == (200, "down")


def test_without_redis_the_cache_is_empty_and_nothing_fails(settings: LazySettings) -> None:
    settings.CACHES = {"default": settings.CACHES["default"] | {"LOCATION": NOWHERE}}
    cache = caches["default"]
    cache.set("a", 1, 60)
    assert cache.get("a", "nothing") == "nothing"
    assert cache.add("a", 1) is True
    assert cache.get_many(["a"]) == {}
    assert cache.incr("a", 2) == 2
    assert cache.delete("a") is False
    assert "a" not in cache


@pytest.mark.django_db
def test_metrics_tell_of_requests_backlogs_and_jobs(client: Client) -> None:
    run_job(JOBS[0].name)
    client.get("/health/live/")
    client.get("/no/such/page/")
    text = client.get("/metrics").content.decode()
    assert (
        'tollgate_http_request_seconds_count{method="GET",route="health/live/",status="200"}'
        in text
    )
    assert 'route="unknown",status="404"' in text
    assert "tollgate_inbox_records 0.0" in text
    assert "tollgate_outbox_lag_seconds 0.0" in text
    assert 'tollgate_usage_records_5m{outcome="rejected"} 0.0' in text
    assert f'tollgate_job_failing{{job="{JOBS[0].name}"}} 0.0' in text


@pytest.mark.django_db
def test_the_outbox_lag_is_the_age_of_the_oldest_event() -> None:

    with transaction.atomic():
        publish("company.added", company=None, data={}, at=clock.now())
    waits = backlog(wall=clock.wall())
    assert waits.outbox == 1
    assert 0 <= waits.outbox_lag_seconds < 60


@pytest.mark.django_db
def test_metrics_outside_the_sandbox_ask_for_the_token(
    client: Client, settings: LazySettings
) -> None:
    settings.SANDBOX = False
    assert client.get("/metrics").status_code == 404
    settings.METRICS_TOKEN = "sesame"
    assert client.get("/metrics").status_code == 404
    wrong = client.get("/metrics", headers={"Authorization": "Bearer open"})
    assert wrong.status_code == 404
    right = client.get("/metrics", headers={"Authorization": "Bearer sesame"})
    assert right.status_code == 200


def _ours(messages: list[CheckMessage]) -> set[str]:
    return {str(one.id) for one in messages if str(one.id).startswith("tollgate.")}


@pytest.mark.django_db
def test_production_settings_that_would_hurt_are_found(settings: LazySettings) -> None:
    settings.SANDBOX = False
    settings.STRIPE_API_KEY, settings.STRIPE_WEBHOOK_SECRET = "sk_live_1", ""
    settings.STRIPE_PUBLISHABLE_KEY = "pk_live_1"
    settings.PUBLIC_URL, settings.METRICS_TOKEN = "http://billing.example", ""
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    settings.STAFF_MFA_REQUIRED = True
    found = _ours(run_checks(include_deployment_checks=True))
    assert found == {"tollgate.E002", "tollgate.E003", "tollgate.E004", "tollgate.I005"}


@pytest.mark.django_db
def test_stripe_without_the_key_of_its_card_fields_is_found(settings: LazySettings) -> None:
    settings.SANDBOX = False
    settings.STRIPE_API_KEY, settings.STRIPE_WEBHOOK_SECRET = "sk_live_1", "whsec_1"
    settings.STRIPE_PUBLISHABLE_KEY = ""
    found = run_checks(include_deployment_checks=True)
    assert "STRIPE_PUBLISHABLE_KEY is empty while Stripe is on." in {one.msg for one in found}


@pytest.mark.django_db
def test_another_system_is_not_spoken_to_in_the_clear(settings: LazySettings) -> None:
    settings.SANDBOX, settings.WHMCS_URL = False, "http://whmcs.example"
    assert "tollgate.E009" in _ours(run_checks(include_deployment_checks=True))
    settings.WHMCS_URL = "https://whmcs.example"
    assert "tollgate.E009" not in _ours(run_checks(include_deployment_checks=True))


@pytest.mark.django_db
def test_a_request_may_wait_for_the_gateway_as_long_as_it_takes(settings: LazySettings) -> None:
    """Three calls of two tries of 10 s, half a second between them: 61.5 s of 90 s."""
    assert longest_wait(10) == 61.5
    assert "tollgate.E008" not in _ours(run_checks(include_deployment_checks=True))
    settings.WEB_TIMEOUT_SECONDS = 61
    assert "tollgate.E008" in _ours(run_checks(include_deployment_checks=True))


def test_gunicorn_waits_that_long_too() -> None:
    """In a process of its own: what it imports changes how metrics are kept."""
    command = [sys.executable, "-c", "from config import gunicorn; print(gunicorn.timeout)"]
    environment = os.environ | {"WEB_TIMEOUT_SECONDS": "75"}
    assert subprocess.check_output(command, env=environment, cwd=ROOT, text=True) == "75\n"


@pytest.mark.django_db
def test_a_live_key_in_the_sandbox_is_an_error(settings: LazySettings) -> None:
    settings.STRIPE_API_KEY = "sk_live_1"
    assert "tollgate.E001" in _ours(run_checks(include_deployment_checks=True))
