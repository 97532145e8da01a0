"""The charts of the dashboard and the balance page."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.companies.models import Company
from accounts.pages.charts import Chart, Level, Series
from billing.documents.kept import said
from billing.insight.queries import NOTHING, Service, balances_before, consumption_by_service
from billing.ledger.models import Account
from billing.ledger.queries import hides_negative
from billing.money.calc import round_half_even
from billing.recharges.models import RechargeRule
from billing.templatetags.wording import money_text

MOST_SERVICES = 6
OTHERS_COLOR = 8
THRESHOLD_COLOR = 7


def consumption_chart(
    company: Company, days: Sequence[date], *, currency: str, decimals: int
) -> Chart:
    """Consumption by day, stacked by service; the small ones together as "Other"."""
    services = consumption_by_service(company, first=days[0], last=days[-1])
    named, small = services[:MOST_SERVICES], services[MOST_SERVICES:]
    series = [
        Series(name=said(service.title), values=_amounts(service, days, decimals), color=number)
        for number, service in enumerate(named, start=1)
    ]
    if small:
        series.append(
            Series(name=_("Other"), values=_together(small, days, decimals), color=OTHERS_COLOR)
        )
    return Chart(
        kind="bar",
        labels=_labels(days),
        series=series,
        shown=lambda amount: money_text(Decimal(amount), currency, decimals=decimals),
        currency=currency,
        decimals=decimals,
    )


def balance_chart(
    account: Account,
    days: Sequence[date],
    *,
    zone: ZoneInfo,
    at: datetime,
    rule: RechargeRule | None,
) -> Chart:
    """The balance at the end of each day as customers see it, and the threshold across it."""
    ends = [min(_midnight(day + timedelta(days=1), zone), at) for day in days]
    balances = [amount or NOTHING for amount in balances_before(account, ends)]
    if account.company is not None and hides_negative(account.company, at=at):
        balances = [max(amount, NOTHING) for amount in balances]
    lines = []
    if rule is not None and rule.enabled:
        lines.append(Level(name=_("Threshold"), value=rule.threshold, color=THRESHOLD_COLOR))
    return Chart(
        kind="line",
        labels=_labels(days),
        series=[Series(name=_("Balance"), values=balances, color=1, is_line=True, is_filled=True)],
        shown=lambda amount: money_text(Decimal(amount), account.currency),
        lines=lines,
        currency=account.currency,
    )


def _labels(days: Sequence[date]) -> list[str]:
    return [date_format(day, "j M") for day in days]


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time.min, tzinfo=zone)


def _amounts(service: Service, days: Sequence[date], decimals: int) -> list[Decimal]:
    return [round_half_even(service.amounts.get(day, NOTHING), decimals) for day in days]


def _together(services: Sequence[Service], days: Sequence[date], decimals: int) -> list[Decimal]:
    columns = zip(*(_amounts(service, days, decimals) for service in services), strict=True)
    return [sum(column, NOTHING) for column in columns]
