"""Keeps what the tax of a company went by, whenever it is about to change."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from accounts.companies.models import Company
from accounts.companies.registry import before_particulars_change
from billing.profiles.models import BillingProfile
from billing.profiles.registry import before_terms_change
from billing.tax.models import FormerStanding

_OF_COMPANY = frozenset({"country", "category", "tax_id"})
_OF_PROFILE = frozenset({"tax_percent"})


@before_particulars_change
def keep_particulars(company: Company, changed: Collection[str], at: datetime) -> None:
    """A company without a profile has not been charged yet."""
    if _OF_COMPANY.isdisjoint(changed):
        return
    profile = BillingProfile.objects.filter(pk=company.pk).first()
    if profile is not None:
        _keep(company, profile, at)


@before_terms_change
def keep_terms(profile: BillingProfile, changed: Collection[str], at: datetime) -> None:
    if not _OF_PROFILE.isdisjoint(changed):
        _keep(profile.company, profile, at)


def _keep(company: Company, profile: BillingProfile, until: datetime) -> None:
    """What is changed twice at one instant has been only what it was before."""
    FormerStanding.objects.get_or_create(
        company=company,
        until=until,
        defaults={
            "country": str(company.country),
            "category": company.category,
            "tax_id": company.tax_id,
            "own_percent": profile.tax_percent,
        },
    )
