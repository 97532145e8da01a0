"""Monthly and activation fees, charged when they fall due.

A monthly fee is for its billing period: whole, or by days for prorated plans, at the start of the
period; where only active lines pay, at its end. An activation fee comes with the next period.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q, QuerySet

from billing.catalog.models import PlanVersion
from billing.currencies.exceptions import NoExchangeRate
from billing.ledger.models import EntryKind
from billing.metering.charging import NewCharge, book_charges
from billing.metering.converting import Fees, fees_in
from billing.metering.models import Charge
from billing.money.calc import round12
from billing.profiles.models import ContractType
from billing.subscriptions.calc import share_of_days
from billing.subscriptions.models import BillingPeriod, SubjectKey, Subscription
from billing.subscriptions.periods import ensure_period, open_period

BATCH = 1000
INSTANT = timedelta(microseconds=1)
_ACTIVE = PlanVersion.FeeFor.ACTIVE


def charge_due_fees(*, at: datetime) -> int:
    """Charge every fee that is due, in batches; returns how many charges were made.

    A fee in another currency than the account's stays due while there is no exchange rate.
    """
    charged, waiting = 0, set[UUID]()
    while due := list(_due(at).exclude(pk__in=waiting).values_list("pk", flat=True)[:BATCH]):
        _ensure_periods(due)
        done, made, unrated = _charge(due, at=at)
        charged += made
        waiting |= unrated
        if not done:
            break
    return charged


def next_fee_after(at: datetime) -> datetime | None:
    """When the next fee falls due."""
    columns = ("next_fee_at", "activation_fee_at")
    instants = [
        Subscription.objects.filter(**{f"{name}__gt": at})
        .order_by(name)
        .values_list(name, flat=True)
        .first()
        for name in columns
    ]
    return min((instant for instant in instants if instant), default=None)


def _due(at: datetime) -> QuerySet[Subscription]:
    return Subscription.objects.filter(
        Q(next_fee_at__lte=at) | Q(activation_fee_at__lte=at)
    ).order_by("pk")


def _ensure_periods(subscription_ids: Sequence[UUID]) -> None:
    """The periods that the fees are for; before the locks, since it locks companies."""
    rows = Subscription.objects.filter(pk__in=subscription_ids).select_related("company")
    for row in rows:
        for instant in (row.next_fee_at, row.activation_fee_at):
            if instant is not None:
                ensure_period(row.company, instant - INSTANT)
                open_period(row.company, instant)


@transaction.atomic
def _charge(subscription_ids: Sequence[UUID], *, at: datetime) -> tuple[int, int, set[UUID]]:
    """Charge the fees of these subscriptions, as far as no other worker is at it: how many there
    were, how many charges were made, and which of them wait for an exchange rate."""
    claimed = _due(at).filter(pk__in=subscription_ids)
    claimed = claimed.select_related("company__billing_profile")
    rows = list(claimed.select_for_update(no_key=True, skip_locked=True, of=("self",)))
    bindings = _bindings(rows)
    fees, waiting = [], set[UUID]()
    for row in rows:
        before = row.next_fee_at, row.activation_fee_at
        try:
            fees += _fees_of(row, bindings[row.pk], at=at)
        except NoExchangeRate:
            row.next_fee_at, row.activation_fee_at = before
            waiting.add(row.pk)
    made = _book(fees, at=at) if fees else 0
    Subscription.objects.bulk_update(rows, ["next_fee_at", "activation_fee_at"])
    return len(rows), made, waiting


def _bindings(rows: Iterable[Subscription]) -> dict[UUID, list[SubjectKey]]:
    """Which version held when, by subscription."""
    found: dict[UUID, list[SubjectKey]] = {row.pk: [] for row in rows}
    bindings = SubjectKey.objects.filter(
        subscription__in=list(found), key=F("subscription__subject")
    )
    for binding in bindings.select_related("version__plan").order_by("valid_from"):
        found[binding.subscription_id].append(binding)
    return found


def _fees_of(
    subscription: Subscription, bindings: Sequence[SubjectKey], *, at: datetime
) -> list[NewCharge]:
    """The fees that are due by now; moves the subscription's due times on."""
    fees: list[NewCharge] = []
    while subscription.next_fee_at is not None and subscription.next_fee_at <= at:
        fees += _monthly(subscription, bindings, due=subscription.next_fee_at)
    if subscription.activation_fee_at is not None and subscription.activation_fee_at <= at:
        fees += _activation(subscription, bindings, due=subscription.activation_fee_at)
        subscription.activation_fee_at = None
    return fees


def _monthly(
    subscription: Subscription, bindings: Sequence[SubjectKey], *, due: datetime
) -> Iterator[NewCharge]:
    """The fee of the period that ends where only active lines pay, of the one that begins where
    all do."""
    ended = ensure_period(subscription.company, due - INSTANT)
    begun = ensure_period(subscription.company, due)
    before, now = _version(bindings, due - INSTANT), _version(bindings, due)
    subscription.next_fee_at = begun.ends_at if now is not None and now.fee else None
    if before is not None and before.fee_for == _ACTIVE and _was_used(subscription, ended):
        start = max(ended.month_starts_at, subscription.starts_at)
        yield from _fee(subscription, before, ended, start=start)
    if now is not None and now.fee_for != _ACTIVE:
        yield from _fee(subscription, now, begun, start=due)


def _fee(
    subscription: Subscription, version: PlanVersion, period: BillingPeriod, *, start: datetime
) -> Iterator[NewCharge]:
    """The fee for a period: whole, or of prorated plans the share of the days in force. A fixed
    contract pays its set amount in place of it."""
    profile = subscription.company.billing_profile
    if not version.fee or profile.contract_type == ContractType.FIXED:
        return
    share = Decimal(1)
    if version.prorated:
        share = share_of_days(
            start,
            min(subscription.ends_at or period.ends_at, period.ends_at),
            of=(period.month_starts_at, period.ends_at),
            zone=subscription.company.zone,
        )
    fees = _in_own_currency(subscription, version, period)
    yield NewCharge(
        kind=Charge.Kind.MONTHLY_FEE,
        name=f"{subscription.pk}:{period.pk}",
        company_id=subscription.company_id,
        subscription=subscription,
        version_id=version.pk,
        started_at=start,
        amount=round12(fees.monthly * share),
        exchange_rate_id=fees.rate.pk if fees.rate else None,
    )


def _activation(
    subscription: Subscription, bindings: Sequence[SubjectKey], *, due: datetime
) -> Iterator[NewCharge]:
    """Once for a subscription, by the version that it began with."""
    version = bindings[0].version if bindings else subscription.version
    if version.activation_fee:
        period = ensure_period(subscription.company, due)
        fees = _in_own_currency(subscription, version, period)
        yield NewCharge(
            kind=Charge.Kind.ACTIVATION_FEE,
            name=str(subscription.pk),
            company_id=subscription.company_id,
            subscription=subscription,
            version_id=version.pk,
            started_at=due,
            amount=fees.activation,
            exchange_rate_id=fees.rate.pk if fees.rate else None,
        )


def _in_own_currency(
    subscription: Subscription, version: PlanVersion, period: BillingPeriod
) -> Fees:
    """The fees as the account pays them. Raises NoExchangeRate."""
    currency = subscription.company.billing_profile.currency
    fees = fees_in(version, currency, period=period)
    if fees is None:
        raise NoExchangeRate(version.plan.currency, currency)
    return fees


def _version(bindings: Sequence[SubjectKey], instant: datetime) -> PlanVersion | None:
    """The version in force at an instant, if the subscription was."""
    for binding in bindings:
        if binding.valid_from <= instant and (
            binding.valid_to is None or instant < binding.valid_to
        ):
            return binding.version
    return None


def _was_used(subscription: Subscription, period: BillingPeriod) -> bool:
    return Charge.objects.filter(
        subscription=subscription,
        kind=Charge.Kind.USAGE,
        started_at__gte=period.month_starts_at,
        started_at__lt=period.ends_at,
    ).exists()


def _book(fees: Sequence[NewCharge], *, at: datetime) -> int:
    return book_charges(fees, entry_kind=EntryKind.FEE, description="Fees", by="system", at=at)
