"""What must be right before money moves: `manage.py check --deploy`, which `make check` runs."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from django.apps import AppConfig
from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import DatabaseError, connection

from billing.payments.gateways.stripe import longest_wait

OLDEST_POSTGRESQL = 150_000
_LIVE_KEYS = ("sk_live_", "rk_live_")
_NO_MAIL = ("dummy", "console", "locmem")


@register(Tags.security, deploy=True)
def sandbox_is_not_production(
    app_configs: Sequence[AppConfig] | None, **options: object
) -> list[CheckMessage]:
    """The sandbox moves its clock and opens its doors: it must never hold live keys."""
    if settings.SANDBOX and settings.STRIPE_API_KEY.startswith(_LIVE_KEYS):
        return [Error("SANDBOX is on with a live Stripe key.", id="tollgate.E001")]
    if settings.SANDBOX:
        return [checks.Warning("SANDBOX is on: no real money moves here.", id="tollgate.W001")]
    return []


@register(Tags.security, deploy=True)
def gateway_is_complete(
    app_configs: Sequence[AppConfig] | None, **options: object
) -> list[CheckMessage]:
    """A card gateway needs all of its keys, or none."""
    if settings.SANDBOX:
        return []
    keys = {
        name: getattr(settings, name)
        for name in ("STRIPE_API_KEY", "STRIPE_PUBLISHABLE_KEY", "STRIPE_WEBHOOK_SECRET")
    }
    missing = [name for name, value in keys.items() if not value]
    if len(missing) == len(keys):
        return [checks.Info("No card gateway: STRIPE_API_KEY is empty.", id="tollgate.I002")]
    found: list[CheckMessage] = [
        Error(f"{name} is empty while Stripe is on.", id="tollgate.E002") for name in missing
    ]
    if keys["STRIPE_API_KEY"].startswith("sk_test_"):
        found.append(checks.Warning("STRIPE_API_KEY is a test key.", id="tollgate.W003"))
    return found


@register(Tags.security, deploy=True)
def customers_can_be_reached(
    app_configs: Sequence[AppConfig] | None, **options: object
) -> list[CheckMessage]:
    """Mails leave, and the links in them lead here over HTTPS."""
    if settings.SANDBOX:
        return []
    found: list[CheckMessage] = []
    if any(word in settings.EMAIL_BACKEND for word in _NO_MAIL):
        found.append(Error("EMAIL_URL sends no mail.", id="tollgate.E003"))
    if urlsplit(settings.PUBLIC_URL).scheme != "https":
        found.append(Error("PUBLIC_URL must be an https address.", id="tollgate.E004"))
    if not settings.STAFF_MFA_REQUIRED:
        found.append(checks.Warning("STAFF_MFA_REQUIRED is off.", id="tollgate.W004"))
    if not settings.METRICS_TOKEN:
        found.append(checks.Info("METRICS_TOKEN is empty: no /metrics.", id="tollgate.I005"))
    return found


@register(Tags.security, deploy=True)
def other_systems_are_spoken_to_in_private(
    app_configs: Sequence[AppConfig] | None, **options: object
) -> list[CheckMessage]:
    """What goes to them carries keys and customers."""
    if settings.SANDBOX:
        return []
    return [
        Error(f"{name} must be an https address.", id="tollgate.E009")
        for name in ("WHMCS_URL", "XERO_API_URL", "XERO_IDENTITY_URL")
        if getattr(settings, name) and urlsplit(getattr(settings, name)).scheme != "https"
    ]


@register(Tags.compatibility, deploy=True)
def requests_outlast_the_gateway(
    app_configs: Sequence[AppConfig] | None, **options: object
) -> list[CheckMessage]:
    """A worker killed while it waits for a charge leaves its customer without a page."""
    longest = longest_wait(settings.GATEWAY_TIMEOUT_SECONDS)
    if longest < settings.WEB_TIMEOUT_SECONDS:
        return []
    return [
        Error(
            f"A request may wait {longest:g} s for the gateway, and WEB_TIMEOUT_SECONDS is "
            f"{settings.WEB_TIMEOUT_SECONDS}.",
            id="tollgate.E008",
        )
    ]


@register(Tags.database, deploy=True)
def database_is_recent(
    app_configs: Sequence[AppConfig] | None, **options: object
) -> list[CheckMessage]:
    """PostgreSQL 15 or later, and it flushes what it commits."""
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT current_setting('server_version_num')::int, current_setting('fsync'), "
                "current_setting('synchronous_commit')"
            )
            (facts,) = cursor.fetchall()
    except DatabaseError as error:
        return [Error(f"The database does not answer: {error}", id="tollgate.E005")]
    version, fsync, commit = facts
    found: list[CheckMessage] = []
    if version < OLDEST_POSTGRESQL:
        found.append(Error("PostgreSQL 15 or later is needed.", id="tollgate.E006"))
    if fsync != "on" or commit == "off":
        found.append(
            Error("fsync and synchronous_commit must be on: money is in here.", id="tollgate.E007")
        )
    return found
