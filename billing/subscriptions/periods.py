"""Making billing periods: stored, half-open, without gap or overlap."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts.companies.models import Company
from accounts.companies.queries import lock_company
from billing.profiles.queries import profile_of
from billing.subscriptions.calc import period_bounds
from billing.subscriptions.models import BillingPeriod
from billing.subscriptions.queries import period_at


@transaction.atomic
def ensure_period(company: Company, instant: datetime) -> BillingPeriod:
    """The billing period around an instant, made if nothing has needed it before.

    Where billing day or time zone have changed, the new period is cut to fit between those that
    are stored already. Locks the company.
    """
    stored = period_at(company, instant)
    if stored:
        return stored
    company = lock_company(company.pk)
    stored = period_at(company, instant)
    if stored:
        return stored
    start, end = period_bounds(
        instant, billing_day=profile_of(company.pk).billing_day, zone=company.zone
    )
    periods = BillingPeriod.objects.filter(company=company)
    before = periods.filter(ends_at__lte=instant).order_by("-ends_at").first()
    after = periods.filter(starts_at__gt=instant).order_by("starts_at").first()
    return BillingPeriod.objects.create(
        company=company,
        starts_at=max(start, before.ends_at) if before else start,
        ends_at=min(end, after.starts_at) if after else end,
    )


def open_period(company: Company, instant: datetime) -> BillingPeriod:
    """The period that a charge of that instant belongs to: its own, or if that has been issued
    the next one that has not."""
    period = ensure_period(company, instant)
    while period.status == BillingPeriod.Status.ISSUED:
        period = ensure_period(company, period.ends_at)
    return period
