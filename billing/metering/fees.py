"""Monthly and activation fees, charged when they fall due.

A monthly fee is for its billing period: whole, or by days for prorated plans, at the start of the
period; where only active lines pay, at its end. An activation fee comes with the next period.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q, QuerySet

from billing.catalog.models import PlanVersion
from billing.ledger.actions import make_entries, prepare_entries
from billing.ledger.execution import run
from billing.ledger.models import EntryKind
from billing.metering.batches import new_prefix
from billing.metering.enforcement import enforce
from billing.metering.models import Charge
from billing.metering.snapshots import snapshot_at
from billing.metering.statements.arriving import LOCK
from billing.metering.statements.charging import CHARGE_FEES
from billing.money.calc import round12
from billing.subscriptions.calc import share_of_days
from billing.subscriptions.models import BillingPeriod, SubjectKey, Subscription
from billing.subscriptions.periods import ensure_period, open_period
from features.queries import value

BATCH = 1000
INSTANT = timedelta(microseconds=1)
_ACTIVE = PlanVersion.FeeFor.ACTIVE


@dataclass(frozen=True)
class Fee:
    """A fee of a subscription; `name` is its identity among fees of the kind."""

    kind: str
    name: str
    subscription: Subscription
    version: PlanVersion
    started_at: datetime
    amount: Decimal


def charge_due_fees(*, at: datetime) -> int:
    """Charge every fee that is due, in batches; returns how many charges were made."""
    charged = 0
    while due := list(_due(at).values_list("pk", flat=True)[:BATCH]):
        _ensure_periods(due)
        done, made = _charge(due, at=at)
        charged += made
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
def _charge(subscription_ids: Sequence[UUID], *, at: datetime) -> tuple[int, int]:
    """Charge the fees of these subscriptions, as far as no other worker is at it."""
    claimed = _due(at).filter(pk__in=subscription_ids).select_related("company")
    rows = list(claimed.select_for_update(no_key=True, skip_locked=True, of=("self",)))
    bindings = _bindings(rows)
    fees = [fee for row in rows for fee in _fees_of(row, bindings[row.pk], at=at)]
    made = _book(fees, at=at) if fees else 0
    Subscription.objects.bulk_update(rows, ["next_fee_at", "activation_fee_at"])
    return len(rows), made


def _bindings(rows: Iterable[Subscription]) -> dict[UUID, list[SubjectKey]]:
    """Which version held when, by subscription."""
    found: dict[UUID, list[SubjectKey]] = {row.pk: [] for row in rows}
    bindings = SubjectKey.objects.filter(
        subscription__in=list(found), key=F("subscription__subject")
    )
    for binding in bindings.select_related("version").order_by("valid_from"):
        found[binding.subscription_id].append(binding)
    return found


def _fees_of(
    subscription: Subscription, bindings: Sequence[SubjectKey], *, at: datetime
) -> list[Fee]:
    """The fees that are due by now; moves the subscription's due times on."""
    fees: list[Fee] = []
    while subscription.next_fee_at is not None and subscription.next_fee_at <= at:
        fees += _monthly(subscription, bindings, due=subscription.next_fee_at)
    if subscription.activation_fee_at is not None and subscription.activation_fee_at <= at:
        fees += _activation(subscription, bindings, due=subscription.activation_fee_at)
        subscription.activation_fee_at = None
    return fees


def _monthly(
    subscription: Subscription, bindings: Sequence[SubjectKey], *, due: datetime
) -> Iterator[Fee]:
    """The fee of the period that ends where only active lines pay, of the one that begins where
    all do."""
    ended = ensure_period(subscription.company, due - INSTANT)
    begun = ensure_period(subscription.company, due)
    before, now = _version(bindings, due - INSTANT), _version(bindings, due)
    subscription.next_fee_at = begun.ends_at if now is not None and now.fee else None
    if before is not None and before.fee_for == _ACTIVE and _was_used(subscription, ended):
        start = max(ended.starts_at, subscription.starts_at)
        yield from _fee(subscription, before, ended, start=start)
    if now is not None and now.fee_for != _ACTIVE:
        yield from _fee(subscription, now, begun, start=due)


def _fee(
    subscription: Subscription, version: PlanVersion, period: BillingPeriod, *, start: datetime
) -> Iterator[Fee]:
    """The fee for a period: whole, or of prorated plans the share of the days in force."""
    if not version.fee:
        return
    share = Decimal(1)
    if version.prorated:
        share = share_of_days(
            start,
            min(subscription.ends_at or period.ends_at, period.ends_at),
            of=(period.starts_at, period.ends_at),
            zone=subscription.company.zone,
        )
    yield Fee(
        kind=Charge.Kind.MONTHLY_FEE,
        name=f"{subscription.pk}:{period.pk}",
        subscription=subscription,
        version=version,
        started_at=start,
        amount=round12(version.fee * share),
    )


def _activation(
    subscription: Subscription, bindings: Sequence[SubjectKey], *, due: datetime
) -> Iterator[Fee]:
    """Once for a subscription, by the version that it began with."""
    version = bindings[0].version if bindings else subscription.version
    if version.activation_fee:
        yield Fee(
            kind=Charge.Kind.ACTIVATION_FEE,
            name=str(subscription.pk),
            subscription=subscription,
            version=version,
            started_at=due,
            amount=version.activation_fee,
        )


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
        started_at__gte=period.starts_at,
        started_at__lt=period.ends_at,
    ).exists()


def _book(fees: Sequence[Fee], *, at: datetime) -> int:
    """Charges, totals and one entry per company; enforces what the new balances ask for."""
    companies = sorted({fee.subscription.company_id for fee in fees})
    run(LOCK, {"companies": companies}, rows=len(companies))
    prepare_entries()
    given = {
        "prefix": new_prefix(),
        "entry_prefix": new_prefix(),
        "kinds": [fee.kind for fee in fees],
        "external_ids": [fee.name for fee in fees],
        "company_ids": [fee.subscription.company_id for fee in fees],
        "subscription_ids": [fee.subscription.pk for fee in fees],
        "version_ids": [fee.version.pk for fee in fees],
        "subjects": [fee.subscription.subject for fee in fees],
        "sessions": ["" for _ in fees],
        "taxes": [None for _ in fees],
        "started_ats": [fee.started_at for fee in fees],
        "amounts": [fee.amount for fee in fees],
        "tax_percent": value("tax_percent", at=at),
        "features_id": snapshot_at(at),
        "entry_kind": EntryKind.FEE.value,
        "by": "system",
        "description": "Fees",
        "at": at,
    }
    made: int = run(CHARGE_FEES, given, rows=len(fees)).fetchall()[0][0]
    make_entries(about=len(companies))
    enforce(companies, at=at)
    return made
