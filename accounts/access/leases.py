"""The rows behind idempotency keys: reserved before the work, finished or released after it."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet

from accounts.access.exceptions import Refused
from accounts.access.models import IdempotencyKey

KEPT = timedelta(days=30)
ABANDONED_AFTER = timedelta(days=1)


@transaction.atomic
def reserve(
    *, principal: str, route: str, key: str, body_hash: str, lease: timedelta, at: datetime
) -> IdempotencyKey:
    """The row of a key: a new or taken-over one to run under, or the one that is done.

    409 `idempotency_key_reused` for another body, 409 `idempotency_key_in_progress` while
    somebody else's lease runs. `at` is wall time.
    """
    mine = IdempotencyKey.objects.filter(principal=principal, route=route, key=key)
    fresh = IdempotencyKey(
        principal=principal,
        route=route,
        key=key,
        body_hash=body_hash,
        lease_until=at + lease,
        created_at=at,
    )
    row = None
    while row is None:  # Whoever held the key may release it between the two statements.
        IdempotencyKey.objects.bulk_create([fresh], ignore_conflicts=True)
        row = mine.select_for_update().first()
    if row.pk == fresh.pk:
        return row
    return _of_an_earlier_call(row, body_hash=body_hash, lease=lease, at=at)


def _of_an_earlier_call(
    row: IdempotencyKey, *, body_hash: str, lease: timedelta, at: datetime
) -> IdempotencyKey:
    if row.body_hash != body_hash:
        detail = "This key was used with another body."
        raise Refused("idempotency_key_reused", detail, status=409)
    if row.status == IdempotencyKey.Status.DONE:
        return row
    if row.lease_until > at:
        detail = "The first call with this key is still running."
        raise Refused("idempotency_key_in_progress", detail, status=409)
    row.lease_until = at + lease
    row.save(update_fields=["lease_until"])
    return row


def finish(row: IdempotencyKey, *, status: int, text: str) -> None:
    """Keep the answer, unless somebody took the row over because the lease had ended."""
    _held(row).update(status=IdempotencyKey.Status.DONE, answer_status=status, answer=text)


def release(row: IdempotencyKey) -> None:
    """Nothing happened that has to be remembered: the key may be used again."""
    _held(row).delete()


def _held(row: IdempotencyKey) -> QuerySet[IdempotencyKey]:
    return IdempotencyKey.objects.filter(
        pk=row.pk, status=IdempotencyKey.Status.RUNNING, lease_until=row.lease_until
    )


def forget_old_keys(*, at: datetime) -> int:
    """Remove answers older than 30 days, and rows of crashed calls that nobody repeated in a day.

    `at` is wall time. A repetition after that runs the work again, and the work's own key
    (`idempotency.action_key`) still makes it happen once.
    """
    old_answer = Q(status=IdempotencyKey.Status.DONE, created_at__lt=at - KEPT)
    abandoned = Q(status=IdempotencyKey.Status.RUNNING, lease_until__lt=at - ABANDONED_AFTER)
    return IdempotencyKey.objects.filter(old_answer | abandoned).delete()[0]
