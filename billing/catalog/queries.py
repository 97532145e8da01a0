"""Reads of the catalog."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from accounts.companies.models import Company
from billing.catalog.calc import Tier
from billing.catalog.models import Meter, Plan, PlanKind, PlanVersion, Price, Zone

DRAWS_ON_BALANCE = (PlanKind.PAYGO, PlanKind.METERED)
"""Plan kinds whose services stop at the floor (spec/prepaid.md, At the floor)."""


def plans() -> QuerySet[Plan]:
    """All plans, newest first, with what a list shows of them."""
    return Plan.objects.select_related("meter").prefetch_related(
        "companies",
        "versions__prices__tiers",
        "versions__prices__zone",
        "versions__refills",
        "versions__fees_given",
    )


def plans_for(company: Company) -> QuerySet[Plan]:
    """The plans on offer to a company: general ones and those designated to it."""
    return plans().filter(Q(companies=None) | Q(companies=company))


def is_on_offer(plan: Plan, company: Company) -> bool:
    """Whether the plan is general or designated to this company."""
    designated = set(plan.companies.values_list("pk", flat=True))
    return not designated or company.pk in designated


def version_at(plan: Plan, at: datetime) -> PlanVersion:
    """The version in force at an instant; before the first one began, the first."""
    versions = plan.versions.order_by("-effective_from", "-number")
    begun = versions.filter(effective_from__lte=at).first()
    return begun or versions.order_by("effective_from", "number")[0]


def zones() -> QuerySet[Zone]:
    """All zones, by name."""
    return Zone.objects.all()


def meters() -> QuerySet[Meter]:
    """All meters, by key."""
    return Meter.objects.all()


def lock_plan(plan_id: UUID) -> Plan:
    """The plan, locked, so that its versions are numbered one after the other."""
    return Plan.objects.select_for_update(no_key=True).get(pk=plan_id)


def tiers_of(price: Price) -> Sequence[Tier]:
    """The tiers of a price, ascending, per base unit."""
    return [
        Tier(tier.from_quantity, tier.per_base) for tier in price.tiers.order_by("from_quantity")
    ]
