"""The closing invoice: what was used so far, at once, within a month.

The month goes on in a period of its own: what is left of an allowance is left there, tiers go on
where they stood, and what is charged once a month is not charged again.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from accounts.companies.models import Company
from billing.invoicing.actions import close_period, issue_invoice
from billing.invoicing.models import Invoice
from billing.ledger.queries import lock_payer
from billing.metering.models import TierUse
from billing.profiles.models import BillingProfile
from billing.profiles.registry import before_terms_change
from billing.subscriptions.models import Allowance, BillingPeriod

SYSTEM = "system"


def issue_so_far(company: Company, *, by: str, at: datetime) -> Invoice | None:
    """Close and issue every period that has begun, the open one cut at this instant; the last
    document is the closing one. The caller holds company and account."""
    last = None
    periods = BillingPeriod.objects.filter(company=company, starts_at__lt=at)
    for period in periods.exclude(status=BillingPeriod.Status.ISSUED).order_by("starts_at"):
        if period.ends_at > at:
            period.ends_at = at
            period.save(update_fields=["ends_at"])
        close_period(period.pk, at=at)
        last = issue_invoice(period.pk, by=by, at=at) or last
    return last


@before_terms_change
def close_bill(profile: BillingProfile, changed: Collection[str], at: datetime) -> None:
    """What was used by a billing type that ends; nothing when no period has begun."""
    if "billing_type" not in changed:
        return
    company = profile.company
    lock_payer(company.pk, profile.currency)
    cut = BillingPeriod.objects.filter(company=company, starts_at__lt=at, ends_at__gt=at)
    cut = cut.exclude(status=BillingPeriod.Status.ISSUED)
    ends = dict(cut.values_list("pk", "ends_at"))
    issue_so_far(company, by=SYSTEM, at=at)
    for period in BillingPeriod.objects.filter(pk__in=ends):
        _go_on(period, until=ends[period.pk])


def _go_on(period: BillingPeriod, *, until: datetime) -> None:
    rest = BillingPeriod.objects.create(
        company=period.company, starts_at=period.ends_at, ends_at=until, rest_of=period
    )
    for allowance in Allowance.objects.filter(period=period).order_by("pk"):
        left = allowance.included - allowance.used
        Allowance.objects.filter(pk=allowance.pk).update(included=allowance.used)
        allowance.pk, allowance.period, allowance.included, allowance.used = None, rest, left, 0
        allowance.save(force_insert=True)
    for tier in TierUse.objects.filter(period=period).order_by("pk"):
        tier.pk, tier.period = None, rest
        tier.save(force_insert=True)
