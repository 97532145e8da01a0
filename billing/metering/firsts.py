"""The first usage of a subscription."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from accounts.events.actions import publish
from billing.catalog.models import PlanVersion
from billing.subscriptions.actions import fees_due_from
from billing.subscriptions.models import Subscription
from billing.subscriptions.queries import subscriptions


def note_first_usage(subscription_ids: Sequence[UUID], *, at: datetime) -> None:
    """Tell of subscriptions used for the first time; fees that waited for it begin to run."""
    for subscription in subscriptions().filter(pk__in=subscription_ids):
        used_at = subscription.first_usage_at or at
        publish(
            "subscription.first_usage",
            company=subscription.company,
            data={
                "subscription": str(subscription.pk),
                "subject": subscription.subject,
                "at": used_at.isoformat(),
            },
            at=at,
        )
        if subscription.version.billing_starts == PlanVersion.BillingStarts.FIRST_USAGE:
            _start_fees(subscription, used_at=used_at)


def _start_fees(subscription: Subscription, *, used_at: datetime) -> None:
    due = fees_due_from(subscription.company, subscription.version, start=used_at)
    if due:
        Subscription.objects.filter(pk=subscription.pk).update(**due)
