"""Granting a discount or an additional service, and ending it."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction

from accounts.audit.actions import record
from accounts.companies.models import Company
from accounts.companies.queries import lock_company
from billing.catalog.models import Plan
from billing.discounts.exceptions import DiscountInvalid
from billing.discounts.models import Discount
from billing.money.calc import plain
from billing.profiles.queries import profile_of

LEAST_PERCENT = Decimal(-100)


@transaction.atomic
def add_discount(
    company: Company,
    *,
    name: str,
    starts: date,
    cycles: int,
    by: str,
    at: datetime,
    percent: Decimal | None = None,
    amount: Decimal | None = None,
    plan: Plan | None = None,
) -> Discount:
    """Adjust the bills of a company from the month of `starts` on, for `cycles` months or, with 0,
    until it is ended. Positive is a surcharge. Raises DiscountInvalid."""
    lock_company(company.pk)
    _check(company, percent=percent, amount=amount, plan=plan)
    discount = Discount.objects.create(
        company=company,
        name=name,
        starts=starts.replace(day=1),
        cycles=cycles,
        plan=plan,
        percent=percent,
        amount=amount,
        created_by=by,
        created_at=at,
    )
    _audit("discount.added", discount, by=by, at=at)
    return discount


@transaction.atomic
def end_discount(discount_id: UUID, *, reason: str, by: str, at: datetime) -> Discount:
    """From now on no bill is adjusted by it; those that are issued stay."""
    lock_company(Discount.objects.get(pk=discount_id).company_id)
    discount = Discount.objects.select_related("company").get(pk=discount_id)
    if discount.ended_at is None:
        discount.ended_at = at
        discount.save(update_fields=["ended_at"])
        _audit("discount.ended", discount, by=by, at=at, reason=reason)
    return discount


def _check(
    company: Company, *, percent: Decimal | None, amount: Decimal | None, plan: Plan | None
) -> None:
    if (percent is None) == (amount is None):
        raise DiscountInvalid("amount", "Give either a percentage or an amount.")
    if not (percent or amount):
        raise DiscountInvalid("amount", "An adjustment of nothing changes nothing.")
    if percent is not None and percent < LEAST_PERCENT:
        raise DiscountInvalid("percent", "A discount is at most 100 %.")
    if plan is not None and plan.currency != profile_of(company.pk).currency:
        raise DiscountInvalid("plan", f"The plan is in {plan.currency}.")


def _audit(action: str, discount: Discount, *, by: str, at: datetime, reason: str = "") -> None:
    adjusts = discount.percent if discount.amount is None else discount.amount
    record(
        action,
        actor=by,
        at=at,
        company=discount.company,
        target=f"discount:{discount.pk}",
        after={
            "name": discount.name,
            "starts": discount.starts.isoformat(),
            "cycles": discount.cycles,
            "percent" if discount.amount is None else "amount": plain(adjusts or Decimal(0)),
        },
        reason=reason,
    )
