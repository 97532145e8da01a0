"""What a company's balance is, what feeds it and when it runs out: one answer from many folders."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db.models import Sum

from accounts.companies.models import Company
from billing.insight.forecast import LOOK_BACK_DAYS, Forecast, forecast
from billing.ledger.queries import Balance, balance, displayed
from billing.metering.models import DayTotal
from billing.recharges.models import Recharge, RechargeRule
from billing.recharges.queries import open_recharge, rule_of

NOTHING = Decimal(0)


@dataclass(frozen=True)
class BalanceView:
    """The balance with everything that is shown beside it; `displayed` is what customers see."""

    balance: Balance
    displayed: Decimal
    rule: RechargeRule | None
    open_recharge: Recharge | None
    forecast: Forecast | None
    as_of: datetime


def balance_view(company: Company, *, at: datetime) -> BalanceView:
    """The live figures of a company, in a fixed number of statements whatever its history."""
    stands = balance(company)
    return BalanceView(
        balance=stands,
        displayed=displayed(stands.available, billing_type=stands.billing_type, at=at),
        rule=rule_of(company),
        open_recharge=open_recharge(company),
        forecast=forecast(stands.spendable, daily_consumption(company, at=at), at=at),
        as_of=at,
    )


def daily_consumption(company: Company, *, at: datetime) -> list[Decimal]:
    """What the company consumed, tax included, on each of its last full days, oldest first.

    At most LOOK_BACK_DAYS, and none before its first consumption.
    """
    today = at.astimezone(company.zone).date()
    start = today - timedelta(days=LOOK_BACK_DAYS)
    rows = (
        DayTotal.objects.filter(company=company, day__gte=start, day__lt=today)
        .order_by("day")
        .values("day")
        .annotate(total=Sum("amount") + Sum("tax"))
        .values_list("day", "total")
    )
    by_day: dict[date, Decimal] = dict(rows)
    if not by_day:
        return []
    first = start if _consumed_before(company, start) else min(by_day)
    days = (today - first).days
    return [by_day.get(first + timedelta(days=n), NOTHING) for n in range(days)]


def _consumed_before(company: Company, day: date) -> bool:
    return DayTotal.objects.filter(company=company, day__lt=day).exists()
