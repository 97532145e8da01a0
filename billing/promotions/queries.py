"""Reads of promotions."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.db.models import F, Max, Min, Q, QuerySet, Sum

from accounts.companies.models import Company
from billing.ledger.models import Account, EntryKind, Leg
from billing.promotions.models import CreditLot, CreditsRead, PromoCode, Redemption
from billing.subscriptions.models import BillingPeriod

CONSUMPTION = (EntryKind.USAGE, EntryKind.FEE, EntryKind.RERATING)


def promo_codes() -> QuerySet[PromoCode]:
    return PromoCode.objects.order_by("-id")


def redemptions() -> QuerySet[Redemption]:
    """What companies have redeemed, newest first, with the code and what is left of a credit."""
    return Redemption.objects.select_related("code", "lot", "company").order_by("-id")


def running_redemptions(company: Company) -> QuerySet[Redemption]:
    """Codes that still take something off the company's next invoice, oldest first."""
    rows = Redemption.objects.filter(company=company, code__invoices__isnull=False)
    running = rows.filter(Q(code__invoices=0) | Q(applied__lt=F("code__invoices")))
    return running.select_related("code").order_by("redeemed_at", "id")


def is_new(company: Company) -> bool:
    """Whether the company has never been billed: no period of it was issued."""
    issued = BillingPeriod.objects.filter(company=company, status=BillingPeriod.Status.ISSUED)
    return not issued.exists()


def consumed_since_read(account: Account, *, until: datetime | None) -> tuple[Decimal, int]:
    """What the company consumed since it was last read for its credit, and up to which leg."""
    read = CreditsRead.objects.filter(company=account.company_id).first()
    legs = Leg.objects.filter(account=account, id__gt=read.through_leg if read else 0)
    if until is not None:
        legs = legs.filter(entry__at__lte=until)
    last = legs.aggregate(last=Max("id"))["last"]
    used = legs.filter(entry__kind__in=CONSUMPTION).aggregate(total=Sum("amount"))["total"]
    return -(used or Decimal(0)), last or (read.through_leg if read else 0)


def lots_to_spend(company: Company) -> QuerySet[CreditLot]:
    """Credit that is left, what expires first first."""
    return CreditLot.objects.filter(company=company, left__gt=0).order_by(
        F("expires_at").asc(nulls_last=True), "id"
    )


def lots_to_expire(*, at: datetime) -> QuerySet[CreditLot]:
    return CreditLot.objects.filter(left__gt=0, expires_at__lte=at).order_by("expires_at", "id")


def next_credit_expiry(after: datetime) -> datetime | None:
    """When the next credit expires after an instant."""
    later = CreditLot.objects.filter(left__gt=0, expires_at__gt=after)
    due: datetime | None = later.aggregate(at=Min("expires_at"))["at"]
    return due
