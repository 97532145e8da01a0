"""Reading the outbox."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Min, QuerySet

from accounts.events.models import Event, Handling


def unpublished_events() -> QuerySet[Event]:
    """Committed events without a position, in order of their ids."""
    return Event.objects.filter(position=None).order_by("id")


def published_events(*, after: int) -> QuerySet[Event]:
    """Events by position, from the one after `after`."""
    return Event.objects.filter(position__gt=after).order_by("position")


def due_handlings(*, at: datetime) -> QuerySet[Handling]:
    """Work of handlers that is due at `at`, in order of publication."""
    return Handling.objects.filter(
        status=Handling.Status.WAITING, next_attempt_at__lte=at
    ).order_by("event__position", "id")


def next_due_handling(after: datetime) -> datetime | None:
    """When the next handler wants to try again, later than `after`."""
    later = Handling.objects.filter(status=Handling.Status.WAITING, next_attempt_at__gt=after)
    first: datetime | None = later.aggregate(first=Min("next_attempt_at"))["first"]
    return first


def failed_handlings() -> QuerySet[Handling]:
    """Handlers that gave up, newest first."""
    return (
        Handling.objects.filter(status=Handling.Status.FAILED)
        .select_related("event")
        .order_by("-event__position")
    )
