"""What a value of a feature would do to the bills of the open periods, by the same rating.

Usage is rated by the value in a transaction that is taken back. Set from the start of the open
period the figures are exact: its charges are rated anew, as they will be, and the period is closed.
From now on they are a forecast: what is charged already, and the rest of each period at the use of
the last 7 days.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.db.models import Q, Sum

from billing.discounts.models import Discount
from billing.invoicing.closing import book_closing
from billing.invoicing.lines import totals_of
from billing.invoicing.queries import line_groups
from billing.ledger.execution import run
from billing.metering.models import Charge, PeriodTotal
from billing.metering.rerating import Stretch, rerate_stretches
from billing.metering.statements.arriving import LOCK
from billing.money.calc import EXACT, round_minor
from billing.profiles.models import BillingProfile
from billing.profiles.queries import profiles
from billing.promotions.models import Redemption
from billing.subscriptions.models import BillingPeriod
from features import catalog, queries
from features.kinds import JsonValue
from features.models import FeatureValue

LOOKED_BACK = timedelta(days=7)
NOTHING = Decimal(0)
# What goes on while a service is used; all other charges fall due once.
_CONTINUING = (Charge.Kind.USAGE, Charge.Kind.RESERVATION)
_TOLD_APART = ("kind", "version", "label", "meter", "country", "price", "tax_percent", "use_period")
_SECOND = timedelta(seconds=1)
_PeriodTotals = defaultdict[UUID, set[tuple[object, ...]]]


@dataclass(frozen=True)
class Effect:
    """The bill of a company's open period, tax included, before and after."""

    company_id: UUID
    name: str
    currency: str
    before: Decimal
    after: Decimal

    @property
    def change(self) -> Decimal:
        return self.after - self.before


@dataclass(frozen=True)
class _Open:
    """A company's running period."""

    period: BillingPeriod
    profile: BillingProfile
    is_adjusted: bool

    @property
    def company_id(self) -> UUID:
        return self.period.company_id

    @property
    def has_closing(self) -> bool:
        """Whether its close may charge more or less than was used: a commitment, a discount, a
        service, a code."""
        return self.profile.account_plan_id is not None or self.is_adjusted

    @property
    def currency(self) -> str:
        return self.profile.currency

    def bill(self) -> Decimal:
        """What is charged so far, as an invoice adds it up."""
        return totals_of(line_groups(self.period), currency=self.currency).figures.total

    def bill_if_closed(self, *, at: datetime) -> Decimal:
        """What the invoice would come to if the period were closed as it stands."""
        if not self.has_closing:
            return self.bill()
        with transaction.atomic():
            book_closing(self.period, self.profile, at=at)
            bill = self.bill()
            transaction.set_rollback(True)
        return bill

    def stretch(self) -> Stretch:
        return Stretch(self.company_id, self.period.starts_at, self.period.ends_at)

    def effect(self, before: Decimal, after: Decimal) -> Effect:
        return Effect(self.company_id, self.period.company.name, self.currency, before, after)


@transaction.atomic
def effects_from_period_start(key: str, value: JsonValue, *, at: datetime) -> list[Effect]:
    """If `value` is set from the start of the open periods: exact. Nothing is kept."""
    opened = _lock_open_periods(at)
    before = _totals(opened)
    with transaction.atomic():
        _hold(key, value, valid_from=at, from_period_start=True)
        rerate_stretches([each.stretch() for each in opened], at=at)
        after = _totals(opened)
        maybe = [each for each in opened if each.has_closing or _differs(each, before, after)]
        bills = [each.bill_if_closed(at=at) for each in maybe]
        transaction.set_rollback(True)
    effects = [
        each.effect(each.bill_if_closed(at=at), bill)
        for each, bill in zip(maybe, bills, strict=True)
    ]
    transaction.set_rollback(True)
    return [
        effect
        for each, effect in zip(maybe, effects, strict=True)
        if effect.change or _differs(each, before, after)
    ]


@transaction.atomic
def effects_from_now(key: str, value: JsonValue, *, at: datetime) -> list[Effect]:
    """If `value` is set now and use goes on as in the last 7 days. Nothing is kept."""
    opened = _open_periods(at)
    present = queries.state(catalog.feature(key), at=at).value
    as_it_is = _week_under(key, present, opened, at=at)
    changed = _week_under(key, value, opened, at=at)
    effects = []
    for each in opened:
        weeks = [week[each.company_id] for week in (as_it_is, changed)]
        if weeks[0] != weeks[1]:
            bill, left = each.bill(), each.period.ends_at - at
            before, after = (bill + _rest(week, left, each.currency) for week in weeks)
            effects.append(each.effect(before, after))
    transaction.set_rollback(True)
    return effects


@transaction.atomic
def rerate_open_periods(*, at: datetime) -> list[Effect]:
    """Rate the open periods anew by what holds now, where that changes anything, and keep it.

    The effects are on what is charged so far.
    """
    opened = _lock_open_periods(at)
    before = _totals(opened)
    with transaction.atomic():
        rerate_stretches([each.stretch() for each in opened], at=at)
        after = _totals(opened)
        transaction.set_rollback(True)
    changed = [each for each in opened if _differs(each, before, after)]
    bills = [each.bill() for each in changed]
    rerate_stretches([each.stretch() for each in changed], at=at)
    return [each.effect(bill, each.bill()) for each, bill in zip(changed, bills, strict=True)]


def _open_periods(at: datetime) -> list[_Open]:
    """The periods that run at an instant and are not issued, in the order of their companies."""
    adjusted = set(Discount.objects.filter(ended_at=None).values_list("company", flat=True))
    adjusted.update(Redemption.objects.values_list("company", flat=True))
    running = BillingPeriod.objects.filter(starts_at__lte=at, ends_at__gt=at).exclude(
        status=BillingPeriod.Status.ISSUED
    )
    owners = {profile.pk: profile for profile in profiles().select_related("account_plan")}
    rows = running.select_related("company").order_by("company")
    return [
        _Open(period, owners[period.company_id], period.company_id in adjusted) for period in rows
    ]


def _lock_open_periods(at: datetime) -> list[_Open]:
    """As `_open_periods`. No account is charged meanwhile: no use can slip in by the old value."""
    companies = list(profiles().values_list("pk", flat=True))
    run(LOCK, {"companies": companies}, rows=len(companies))
    return _open_periods(at)


def _differs(opened: _Open, before: _PeriodTotals, after: _PeriodTotals) -> bool:
    return before[opened.period.pk] != after[opened.period.pk]


def _totals(opened: Sequence[_Open]) -> _PeriodTotals:
    """What each period comes to, by what an invoice tells apart."""
    rows = PeriodTotal.objects.filter(period__in=[each.period.pk for each in opened])
    rows = rows.filter(~Q(amount=0) | ~Q(tax=0))
    found: _PeriodTotals = defaultdict(set)
    for period, *total in rows.values_list("period", *_TOLD_APART, "amount", "tax"):
        found[period].add(tuple(total))
    return found


def _week_under(
    key: str, value: JsonValue, opened: Sequence[_Open], *, at: datetime
) -> dict[UUID, Decimal]:
    """What the use of the last 7 days would have cost, tax included, had `value` held."""
    since = at - LOOKED_BACK
    week = [Stretch(each.company_id, since, at) for each in opened]
    with transaction.atomic():
        _hold_since(since, key, value, at=at)
        rerate_stretches(week, at=at)
        used = Charge.objects.filter(
            company__in=[each.company_id for each in opened],
            kind__in=_CONTINUING,
            started_at__gte=since,
            started_at__lt=at,
        )
        sums = used.order_by().values("company").annotate(cost=Sum("amount") + Sum("tax"))
        found = defaultdict(Decimal, sums.values_list("company", "cost"))
        transaction.set_rollback(True)
    return found


def _hold_since(since: datetime, key: str, value: JsonValue, *, at: datetime) -> None:
    """As if `value` had been set at `since`, and instead of all that was set after it."""
    later = queries.standing().filter(key=key, valid_from__gt=since, valid_from__lte=at)
    instead = list(later.values_list("valid_from", "from_period_start"))
    for valid_from, back in [(since, False), *instead]:
        _hold(key, value, valid_from=valid_from, from_period_start=back)


def _hold(key: str, value: JsonValue, *, valid_from: datetime, from_period_start: bool) -> None:
    FeatureValue.objects.create(
        key=key,
        value=value,
        valid_from=valid_from,
        from_period_start=from_period_start,
        set_by="system",
        reason="Preview",
    )


def _rest(week: Decimal, left: timedelta, currency: str) -> Decimal:
    """What the rest of a period costs if it goes on as in a week."""
    weeks = EXACT.divide(Decimal(left // _SECOND), Decimal(LOOKED_BACK // _SECOND))
    return round_minor(EXACT.multiply(week, weeks), currency)
