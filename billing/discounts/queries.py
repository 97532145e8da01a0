"""Reads of discounts."""

from __future__ import annotations

from datetime import date, datetime

from django.db.models import Exists, OuterRef, QuerySet

from accounts.companies.models import Company
from billing.discounts.calc import cycle_of
from billing.discounts.models import Discount
from billing.subscriptions.models import BillingPeriod


def discounts() -> QuerySet[Discount]:
    """All discounts and additional services, newest first."""
    return Discount.objects.select_related("company__billing_profile", "plan").order_by("-id")


def discounts_in(company: Company, month: date) -> list[Discount]:
    """What adjusts the bill of the company's period that begins in a month, oldest first."""
    begun = Discount.objects.filter(company=company, ended_at=None, starts__lte=month)
    return [each for each in begun.order_by("created_at", "id") if _holds(each, month)]


def surcharged_without_period(*, at: datetime) -> list[Discount]:
    """Amounts that are due though nothing was used: their companies have no period at `at`."""
    here = BillingPeriod.objects.filter(
        company=OuterRef("company"), starts_at__lte=at, ends_at__gt=at
    )
    running = Discount.objects.filter(
        ~Exists(here),
        created_at__lte=at,
        ended_at=None,
        plan=None,
        amount__gt=0,
        starts__lte=at.date(),
    ).exclude(company__status=Company.Status.CLOSED)
    found = running.select_related("company").order_by("company")
    return [each for each in found if _holds(each, _local_day(each.company, at))]


def _holds(discount: Discount, month: date) -> bool:
    cycle = cycle_of(month, discount.starts)
    return cycle >= 0 and (discount.cycles == 0 or cycle < discount.cycles)


def _local_day(company: Company, instant: datetime) -> date:
    return instant.astimezone(company.zone).date()
