"""Reads of subscriptions and billing periods."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import connection
from django.db.models import Exists, F, Min, OuterRef, Q, QuerySet

from accounts.companies.models import Company
from billing.catalog.models import PlanVersion
from billing.catalog.queries import DRAWS_ON_BALANCE
from billing.ledger.models import AccountKind
from billing.profiles.models import BillingType
from billing.subscriptions.models import BillingPeriod, SubjectKey, Subscription

_KEY_LOCK = 0x7375626A
_ENDED = Subscription.Status.ENDED


def subscriptions() -> QuerySet[Subscription]:
    """All subscriptions, newest first, with what a list shows of them."""
    return Subscription.objects.select_related("company", "plan", "version")


def subscription_at(subject: str, *, at: datetime) -> Subscription | None:
    """The subscription that a key stood for at an instant."""
    binding = bindings_at(at).filter(key=subject).select_related("subscription").first()
    return binding.subscription if binding else None


def bindings_at(at: datetime) -> QuerySet[SubjectKey]:
    """The keys in force at an instant."""
    return SubjectKey.objects.filter(valid_from__lte=at).filter(
        Q(valid_to=None) | Q(valid_to__gt=at)
    )


def committed_without_period(*, at: datetime) -> QuerySet[Company]:
    """Companies with a monthly commitment that have no billing period at an instant: nothing was
    used in it so far."""
    committed = Company.objects.filter(
        billing_profile__account_plan__monthly_commitment__gt=0,
        billing_profile__account_plan_since__lte=at,
    ).exclude(status=Company.Status.CLOSED)
    here = BillingPeriod.objects.filter(company=OuterRef("pk"), starts_at__lte=at, ends_at__gt=at)
    return committed.filter(~Exists(here)).select_related("billing_profile").order_by("pk")


def version_at(subscription: Subscription, *, at: datetime) -> PlanVersion:
    """The plan version by which the subscription is rated at an instant."""
    keys = subscription.keys.filter(key=subscription.subject, valid_from__lte=at)
    binding = keys.select_related("version__plan").order_by("-valid_from").first()
    return binding.version if binding else subscription.version


def overlapping(key: str, *, start: datetime, end: datetime | None) -> QuerySet[SubjectKey]:
    """Bindings of a key that share an instant with [start, end)."""
    rows = SubjectKey.objects.filter(key=key).filter(Q(valid_to=None) | Q(valid_to__gt=start))
    rows = rows.exclude(valid_to=F("valid_from"))
    return rows if end is None else rows.filter(valid_from__lt=end)


def lock_keys(keys: Collection[str]) -> None:
    """Make other transactions that bind these keys wait; in the order of the keys."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(%s, lock) FROM "
            "(SELECT DISTINCT hashtext(key) AS lock FROM unnest(%s::text[]) key ORDER BY 1) AS l",
            [_KEY_LOCK, list(keys)],
        )


def lock_subscription(subscription_id: UUID) -> Subscription:
    """The subscription, locked; lock its company before."""
    return (
        Subscription.objects.select_for_update(no_key=True, of=("self",))
        .select_related("company", "plan", "version")
        .get(pk=subscription_id)
    )


def period_at(company: Company, instant: datetime) -> BillingPeriod | None:
    """The stored billing period around an instant, if anything has needed it yet."""
    return BillingPeriod.objects.filter(
        company=company, starts_at__lte=instant, ends_at__gt=instant
    ).first()


def open_period_after(company: Company, instant: datetime) -> BillingPeriod | None:
    """The first period not yet issued that ends after an instant."""
    periods = BillingPeriod.objects.filter(company=company, ends_at__gt=instant)
    return periods.exclude(status=BillingPeriod.Status.ISSUED).order_by("starts_at").first()


def running() -> QuerySet[Subscription]:
    """Subscriptions in service."""
    return Subscription.objects.filter(status=Subscription.Status.ACTIVE)


def stopped_by_system() -> QuerySet[Subscription]:
    """Subscriptions that the system stopped, and may restore."""
    return Subscription.objects.filter(
        status=Subscription.Status.STOPPED, stopped_by=Company.StoppedBy.SYSTEM
    )


def drawing_on_balance(rows: QuerySet[Subscription]) -> QuerySet[Subscription]:
    """Those whose service stops at the floor."""
    return rows.filter(plan__kind__in=DRAWS_ON_BALANCE)


def companies_above_floor(*, excess_percent: Decimal) -> QuerySet[Company]:
    """Active companies with services that the system stopped and a balance that lets them run.

    Services that may pass the credit limit run while it is exceeded by less than that share.
    """
    customer = Q(
        ledger_accounts__kind=AccountKind.CUSTOMER,
        ledger_accounts__currency=F("billing_profile__currency"),
    )
    prepaid = Q(
        billing_profile__billing_type=BillingType.PREPAID,
        ledger_accounts__balance__gt=F("billing_profile__minimum_balance"),
    )
    credit = ~Q(billing_profile__billing_type=BillingType.PREPAID) & (
        Q(billing_profile__credit_limit=None)
        | Q(ledger_accounts__balance__gt=-F("billing_profile__credit_limit"))
    )
    stopped = stopped_by_system()
    excess = ~Q(billing_profile__billing_type=BillingType.PREPAID) & Q(
        ledger_accounts__balance__gt=-F("billing_profile__credit_limit")
        * (1 + excess_percent / 100),
        pk__in=stopped.filter(plan__runs_past_limit=True).values("company"),
    )
    return Company.objects.filter(
        customer & (prepaid | credit | excess),
        pk__in=stopped.values("company"),
        status=Company.Status.ACTIVE,
    )


def due_to_end(at: datetime) -> QuerySet[Subscription]:
    """Subscriptions whose end has come and that do not say so yet."""
    return Subscription.objects.filter(ends_at__lte=at).exclude(status=_ENDED)


def due_to_move(at: datetime) -> QuerySet[Subscription]:
    """Subscriptions whose change of plan has come into effect."""
    return Subscription.objects.filter(moves_at__lte=at)


def next_change_after(at: datetime) -> datetime | None:
    """When the next subscription ends or moves to another plan."""
    ends = Subscription.objects.exclude(status=_ENDED).filter(ends_at__gt=at)
    moves = Subscription.objects.filter(moves_at__gt=at)
    instants = [
        ends.aggregate(first=Min("ends_at"))["first"],
        moves.aggregate(first=Min("moves_at"))["first"],
    ]
    return min((instant for instant in instants if instant), default=None)
