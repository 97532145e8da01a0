"""The cost to date, on pages of folders that know nothing of billing."""

from __future__ import annotations

from django import template

from accounts.companies.models import Company
from billing.insight.costs import ShownCost, shown_cost
from billing.profiles.queries import profile_of
from config import clock
from features.queries import value

register = template.Library()


@register.inclusion_tag("billing/insight/cost_to_date.html")
def cost_to_date(company: Company) -> dict[str, ShownCost | str | int]:
    """A card with what the open billing period has cost so far."""
    at = clock.now()
    return {
        "cost": shown_cost(company, at=at),
        "currency": profile_of(company.pk).currency,
        "decimals": value("cost_decimal_points", at=at),
    }
