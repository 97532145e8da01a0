"""Reads of billing profiles."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

from django.db.models import QuerySet

from billing.profiles.models import AccountPlan, BillingProfile, BillingType


def profiles() -> QuerySet[BillingProfile]:
    """All profiles with their companies, newest company first (ids are in order of time)."""
    return BillingProfile.objects.select_related("company").order_by("-pk")


def profile_of(company_id: UUID) -> BillingProfile:
    """How the company is billed. Raises BillingProfile.DoesNotExist."""
    return profiles().get(pk=company_id)


def account_plans() -> QuerySet[AccountPlan]:
    """The plans for companies as a whole."""
    return AccountPlan.objects.order_by("key")


def floor(profile: BillingProfile) -> Decimal | None:
    """The lowest balance at which services run; None is without limit.

    Prepaid: the minimum balance. Postpaid and flexible: minus the credit limit.
    """
    if profile.billing_type == BillingType.PREPAID:
        return profile.minimum_balance
    return None if profile.credit_limit is None else -profile.credit_limit
