"""The cost to date as customers see it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from accounts.companies.models import Company
from billing.insight.models import CostToDate
from billing.metering.queries import cost_to_date
from billing.subscriptions.queries import period_at


@dataclass(frozen=True)
class ShownCost:
    """Consumption in the open billing period, tax included, as of an instant."""

    amount: Decimal
    as_of: datetime


def shown_cost(company: Company, *, at: datetime) -> ShownCost:
    """Of prepaid companies what was last brought up to date (`tasks.refresh_costs`), live for all
    others and as long as the open period has no such figure."""
    kept = CostToDate.objects.filter(company=company).first()
    period = period_at(company, at)
    if kept is not None and period is not None and kept.period_start == period.starts_at:
        return ShownCost(amount=kept.amount, as_of=kept.as_of)
    return ShownCost(amount=cost_to_date(company, at=at).gross, as_of=at)
