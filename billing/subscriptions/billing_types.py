"""Another billing type from the end of the open period on; at once is `change_terms`."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Min

from accounts.companies.models import Company
from accounts.companies.queries import lock_company
from billing.profiles.actions import plan_billing_type, take_up_billing_type
from billing.profiles.models import BillingProfile
from billing.profiles.queries import profile_of
from billing.subscriptions.models import BillingPeriod
from billing.subscriptions.periods import ensure_period


@transaction.atomic
def change_with_period(company: Company, to: str, *, by: str, at: datetime) -> BillingProfile:
    """The open period is invoiced by the present type, the next one by `to`."""
    company = lock_company(company.pk)
    until = ensure_period(company, at).ends_at
    return plan_billing_type(company, to, holds_from=until, by=by, at=at)


def take_up_due(*, at: datetime) -> int:
    """Take up the billing types whose period has begun; returns how many."""
    due = BillingProfile.objects.filter(next_billing_type_from__lte=at).order_by("pk")
    return sum(_take_up(company_id, at=at) for company_id in due.values_list("pk", flat=True))


def next_taking_up(after: datetime) -> datetime | None:
    """When the next planned billing type falls due."""
    later = BillingProfile.objects.filter(next_billing_type_from__gt=after)
    first: datetime | None = later.aggregate(at=Min("next_billing_type_from"))["at"]
    return first


@transaction.atomic
def _take_up(company_id: UUID, *, at: datetime) -> bool:
    """What is not invoiced yet of the time before keeps its type."""
    lock_company(company_id)
    profile = profile_of(company_id)
    since = profile.next_billing_type_from
    if since is None or since > at:
        return False
    before = BillingPeriod.objects.filter(company=company_id, ends_at__lte=since, billing_type="")
    before.exclude(status=BillingPeriod.Status.ISSUED).update(billing_type=profile.billing_type)
    take_up_billing_type(profile, at=at)
    return True
