"""Writes of subscriptions: begin, move to another plan, end, bind keys."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from django.db import transaction
from django.db.models import Min

from accounts.audit.actions import record
from accounts.companies.models import Company
from accounts.companies.queries import lock_company
from accounts.events.actions import publish
from billing.catalog.models import Plan, PlanKind, PlanVersion
from billing.catalog.queries import is_on_offer, version_at
from billing.currencies.queries import is_multi_currency
from billing.profiles.queries import profile_of
from billing.subscriptions.exceptions import (
    CompanyClosed,
    CurrencyMismatch,
    InstantOutOfRange,
    PlanNotOnOffer,
    SubjectTaken,
    SubscriptionEnded,
    WalletOff,
)
from billing.subscriptions.models import SubjectKey, Subscription
from billing.subscriptions.periods import ensure_period
from billing.subscriptions.queries import due_to_end, lock_keys, lock_subscription, overlapping
from billing.subscriptions.queries import due_to_move as subscriptions_due_to_move
from billing.subscriptions.queries import version_at as version_in_force

EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
FARTHEST_AHEAD = timedelta(days=3660)


@transaction.atomic
def subscribe(
    company: Company,
    plan: Plan,
    *,
    subject: str,
    at: datetime,
    by: str,
    now: datetime,
    keys: Sequence[str] = (),
) -> Subscription:
    """Put a plan in force for a subject from `at` (may lie in the past) on.

    Usage arrives under the subject and `keys`. Raises SubjectTaken when one of them stands for
    another subscription at any time from `at` on.
    """
    company = lock_company(company.pk)
    _check_plan(plan, company, at=now)
    _check_instant(at, now=now, attr="starts_at")
    version = version_at(plan, at)
    subscription = Subscription.objects.create(
        company=company,
        plan=plan,
        version=version,
        subject=subject,
        starts_at=at,
        created_at=now,
        **_first_fees(company, version, start=at),
    )
    _bind(subscription, [subject, *keys], start=at)
    publish("subscription.started", company=company, data=as_data(subscription), at=now)
    _record("subscription.started", subscription, by=by, at=now)
    return subscription


@transaction.atomic
def change_plan(
    subscription: Subscription, plan: Plan, *, at: datetime, by: str, now: datetime
) -> Subscription:
    """Rate the subscription by another plan from `at` on; earlier use keeps the old one."""
    lock_company(subscription.company_id)
    subscription = lock_subscription(subscription.pk)
    _check_not_ended(subscription, at=at)
    _check_plan(plan, subscription.company, at=now)
    _check_instant(at, now=now)
    if at < subscription.starts_at:
        raise InstantOutOfRange("The subscription starts later.")
    lock_keys(list(subscription.keys.values_list("key", flat=True).distinct()))
    _move_bindings(subscription, version_at(plan, at), at=at)
    subscription = _move(subscription, at=now)
    publish(
        "subscription.upgraded", company=subscription.company, data=as_data(subscription), at=now
    )
    _record("subscription.plan_changed", subscription, by=by, at=now)
    return subscription


@transaction.atomic
def cancel(subscription: Subscription, *, at: datetime, by: str, now: datetime) -> Subscription:
    """End a subscription at an instant. Usage from before it is still rated when it arrives."""
    lock_company(subscription.company_id)
    subscription = lock_subscription(subscription.pk)
    _check_not_ended(subscription, at=at)
    _check_instant(at, now=now)
    if at < subscription.starts_at:
        raise InstantOutOfRange("The subscription starts later.")
    subscription.ends_at = at
    subscription.save(update_fields=["ends_at"])
    _close_bindings(subscription, at=at)
    _record("subscription.cancelled", subscription, by=by, at=now)
    if at <= now:
        _end(subscription, at=now)
    return subscription


@transaction.atomic
def bind_keys(
    subscription: Subscription, keys: Sequence[str], *, at: datetime, by: str, now: datetime
) -> None:
    """Let usage arrive under more keys from an instant on."""
    lock_company(subscription.company_id)
    subscription = lock_subscription(subscription.pk)
    _check_not_ended(subscription, at=at)
    _bind(subscription, keys, start=at)
    _record("subscription.keys_bound", subscription, by=by, at=now)


@transaction.atomic
def unbind_keys(
    subscription: Subscription, keys: Sequence[str], *, at: datetime, by: str, now: datetime
) -> None:
    """Let usage no longer arrive under these keys from an instant on."""
    lock_company(subscription.company_id)
    subscription = lock_subscription(subscription.pk)
    lock_keys(keys)
    _close_bindings(subscription, at=at, keys=keys)
    _record("subscription.keys_unbound", subscription, by=by, at=now)


def end_due(*, at: datetime) -> int:
    """Mark as ended what has reached its end."""
    ended = 0
    for pk, company_id in due_to_end(at).values_list("pk", "company_id"):
        with transaction.atomic():
            lock_company(company_id)
            subscription = lock_subscription(pk)
            if subscription.status != Subscription.Status.ENDED:
                _end(subscription, at=at)
                ended += 1
    return ended


def move_due(*, at: datetime) -> int:
    """Bring subscriptions in step with changes of plan whose time has come."""
    moved = 0
    for pk, company_id in subscriptions_due_to_move(at).values_list("pk", "company_id"):
        with transaction.atomic():
            lock_company(company_id)
            _move(lock_subscription(pk), at=at)
            moved += 1
    return moved


def as_data(subscription: Subscription) -> dict[str, object]:
    """The subscription as events tell of it."""
    return {
        "id": str(subscription.pk),
        "subject": subscription.subject,
        "plan": str(subscription.plan_id),
        "status": subscription.status,
        "starts_at": subscription.starts_at,
        "ends_at": subscription.ends_at,
    }


def _check_plan(plan: Plan, company: Company, *, at: datetime) -> None:
    profile = profile_of(company.pk)
    if company.status == Company.Status.CLOSED:
        raise CompanyClosed(company)
    if not is_on_offer(plan, company):
        raise PlanNotOnOffer(plan)
    if plan.currency != profile.currency and not is_multi_currency(at=at):
        raise CurrencyMismatch(plan, profile.currency)
    if plan.kind == PlanKind.PAYGO and not profile.wallet_enabled:
        raise WalletOff


def _check_instant(at: datetime, *, now: datetime, attr: str = "at") -> None:
    if not EARLIEST <= at <= now + FARTHEST_AHEAD:
        raise InstantOutOfRange("This instant is out of range.", attr=attr)


def _check_not_ended(subscription: Subscription, *, at: datetime) -> None:
    ended = subscription.status == Subscription.Status.ENDED
    if ended or (subscription.ends_at is not None and subscription.ends_at <= at):
        raise SubscriptionEnded


def _first_fees(
    company: Company, version: PlanVersion, *, start: datetime
) -> dict[str, datetime | None]:
    """When the first fees fall due for billing that starts then; nothing before a first usage."""
    if version.billing_starts == PlanVersion.BillingStarts.FIRST_USAGE:
        return {}
    return fees_due_from(company, version, start=start)


def fees_due_from(
    company: Company, version: PlanVersion, *, start: datetime
) -> dict[str, datetime | None]:
    """The monthly fee at once, or at the period's end if only active ones pay; the activation fee
    with the next period."""
    if not version.fee and not version.activation_fee:
        return {}
    period = ensure_period(company, start)
    pays_when_active = version.fee_for == PlanVersion.FeeFor.ACTIVE
    monthly = period.ends_at if pays_when_active else start
    return {
        "next_fee_at": monthly if version.fee else None,
        "activation_fee_at": period.ends_at if version.activation_fee else None,
    }


def _bind(subscription: Subscription, keys: Sequence[str], *, start: datetime) -> None:
    keys = list(dict.fromkeys(keys))
    own = profile_of(subscription.company_id).currency
    lock_keys(keys)
    for key in keys:
        if overlapping(key, start=start, end=subscription.ends_at).exists():
            raise SubjectTaken(key)
    SubjectKey.objects.bulk_create(
        SubjectKey(
            key=key,
            subscription=subscription,
            company=subscription.company,
            version=subscription.version,
            valid_from=start,
            valid_to=subscription.ends_at,
            is_used=subscription.first_usage_at is not None,
            is_foreign=subscription.plan.currency != own,
        )
        for key in keys
    )


def _move_bindings(subscription: Subscription, version: PlanVersion, *, at: datetime) -> None:
    """End the bindings at `at` and begin them anew under the other version."""
    later = subscription.keys.filter(valid_from__gte=at)
    is_foreign = version.plan.currency != profile_of(subscription.company_id).currency
    later.update(version=version, is_foreign=is_foreign)
    running = [
        binding
        for binding in subscription.keys.filter(valid_from__lt=at)
        if binding.valid_to is None or binding.valid_to > at
    ]
    successors = [
        SubjectKey(
            key=binding.key,
            subscription=subscription,
            company_id=binding.company_id,
            version=version,
            valid_from=at,
            valid_to=binding.valid_to,
            is_used=binding.is_used,
            is_foreign=is_foreign,
        )
        for binding in running
    ]
    subscription.keys.filter(pk__in=[binding.pk for binding in running]).update(valid_to=at)
    SubjectKey.objects.bulk_create(successors)


def _close_bindings(
    subscription: Subscription, *, at: datetime, keys: Sequence[str] | None = None
) -> None:
    rows = subscription.keys.all() if keys is None else subscription.keys.filter(key__in=keys)
    rows.filter(valid_from__gte=at).delete()
    rows.filter(valid_to=None).update(valid_to=at)
    rows.filter(valid_to__gt=at).update(valid_to=at)


def _move(subscription: Subscription, *, at: datetime) -> Subscription:
    """Let the subscription say by which version it is rated now, and when that changes next."""
    version = version_in_force(subscription, at=at)
    subscription.version, subscription.plan = version, version.plan
    changes = subscription.keys.filter(key=subscription.subject, valid_from__gt=at)
    subscription.moves_at = changes.aggregate(first=Min("valid_from"))["first"]
    if subscription.next_fee_at is None and version.fee:
        subscription.next_fee_at = ensure_period(subscription.company, at).ends_at
    subscription.save(update_fields=["version", "plan", "moves_at", "next_fee_at"])
    return subscription


def _end(subscription: Subscription, *, at: datetime) -> None:
    subscription.status = Subscription.Status.ENDED
    subscription.save(update_fields=["status"])
    publish("subscription.expired", company=subscription.company, data=as_data(subscription), at=at)


def _record(action: str, subscription: Subscription, *, by: str, at: datetime) -> None:
    data = as_data(subscription)
    record(
        action,
        actor=by,
        at=at,
        company=subscription.company,
        target=f"subscription:{subscription.pk}",
        after=data,
    )
