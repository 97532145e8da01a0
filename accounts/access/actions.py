"""Making, using and revoking API keys."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from accounts.access.models import ApiKey
from accounts.access.queries import key_digest
from accounts.audit.actions import record
from accounts.companies.models import Company

USE_IS_NOTED_EVERY = timedelta(minutes=1)


@transaction.atomic
def create_api_key(
    *, company: Company | None, name: str, by: str, at: datetime, address: str | None = None
) -> tuple[ApiKey, str]:
    """A new key of a company, or of the staff (company empty), and its secret.

    The secret is in the answer and nowhere else: it cannot be shown again.
    """
    prefix = f"tg_{secrets.token_hex(4)}"
    secret = f"{prefix}_{secrets.token_hex(30)}"
    key = ApiKey.objects.create(
        name=name,
        company=company,
        is_staff=company is None,
        prefix=prefix,
        key_hash=key_digest(secret),
        created_by=by,
        created_at=at,
    )
    record(
        "api_key.created",
        actor=by,
        at=at,
        company=company,
        target=f"api_key:{key.pk}",
        after={"name": name, "prefix": prefix, "is_staff": key.is_staff},
        address=address,
    )
    return key, secret


@transaction.atomic
def revoke_api_key(key: ApiKey, *, by: str, at: datetime, address: str | None = None) -> ApiKey:
    """From now on the key opens nothing. Revoking it again changes nothing."""
    changed = ApiKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=at)
    key.refresh_from_db(fields=["revoked_at"])
    if changed:
        record(
            "api_key.revoked",
            actor=by,
            at=at,
            company=key.company,
            target=f"api_key:{key.pk}",
            before={"name": key.name, "prefix": key.prefix},
            address=address,
        )
    return key


def note_use(key: ApiKey, *, at: datetime) -> None:
    """Keep when the key was used last, at most once a minute, so that reads stay reads."""
    stale = at - USE_IS_NOTED_EVERY
    if key.last_used_at is not None and key.last_used_at > stale:
        return
    ApiKey.objects.filter(Q(last_used_at=None) | Q(last_used_at__lte=stale), pk=key.pk).update(
        last_used_at=at
    )
