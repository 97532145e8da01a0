"""What only exists at the end of a period, booked at its close: the commitment's shortfall,
discounts and surcharges, promotions."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from django.db.models import Sum

from accounts.companies.models import Company
from billing.discounts.calc import Adjustment, adjusted
from billing.discounts.models import Discount
from billing.discounts.queries import discounts_in
from billing.invoicing.calc import shortfall
from billing.invoicing.queries import owing_without_period
from billing.metering.account_charges import account_charge, charge_account
from billing.metering.models import ACCOUNT_KINDS, Charge, PeriodTotal
from billing.profiles.models import BillingProfile
from billing.promotions.calc import reduction
from billing.promotions.queries import running_redemptions
from billing.subscriptions.calc import period_bounds, share_of_days
from billing.subscriptions.models import BillingPeriod
from billing.subscriptions.periods import ensure_period

INSTANT = timedelta(microseconds=1)
SYSTEM = "system"


def book_closing(period: BillingPeriod, profile: BillingProfile, *, at: datetime) -> None:
    """Charge what the period still owes; its account is locked and it is open."""
    _book_shortfall(period, profile, at=at)
    _book_discounts(period, profile.company, at=at)
    _book_promotions(period, profile.company, at=at)


def ensure_owing_periods(*, at: datetime) -> None:
    """Periods of companies that owe something though they use nothing."""
    for company, since in owing_without_period(at=at):
        instant = since
        while instant <= at:
            instant = ensure_period(company, instant).ends_at


def _book_shortfall(period: BillingPeriod, profile: BillingProfile, *, at: datetime) -> None:
    plan, since = profile.account_plan, profile.account_plan_since
    if plan is None or since is None:
        return
    missing = shortfall(
        commitment=plan.monthly_commitment,
        share=_share(period, profile, since=since),
        spent=_spent_in_month(period),
        currency=profile.currency,
    )
    if missing:
        charge_account(
            profile.company,
            Charge.Kind.COMMITMENT_SHORTFALL,
            label="Commitment shortfall",
            amount=missing,
            key=str(period.pk),
            by=SYSTEM,
            at=at,
            started_at=period.ends_at - INSTANT,
        )


def _book_discounts(period: BillingPeriod, company: Company, *, at: datetime) -> None:
    month = period.starts_at.astimezone(company.zone).date()
    granted = [
        discount
        for discount in discounts_in(company, month)
        if discount.amount is None or not _is_given(discount, period)
    ]
    terms = [Adjustment(each.percent, each.amount, each.plan_id) for each in granted]
    for discount, amount in zip(granted, adjusted(_spend_by_plan(period), terms), strict=True):
        if amount is not None:
            charge_account(
                company,
                Charge.Kind.DISCOUNT if amount < 0 else Charge.Kind.SURCHARGE,
                label=f"{discount.name} – {discount.plan}" if discount.plan else discount.name,
                amount=amount,
                key=f"{discount.pk}:{period.pk}",
                by=SYSTEM,
                at=at,
                started_at=period.ends_at - INSTANT,
            )


def _book_promotions(period: BillingPeriod, company: Company, *, at: datetime) -> None:
    """What promo codes take off, oldest first; after the discounts, and no more than is left."""
    left = spend(period) + _adjustments(period)
    for redemption in running_redemptions(company):
        code = redemption.code
        taken = reduction(percent=code.percent, amount=code.amount, spent=spend(period), left=left)
        if taken:
            left -= taken
            charge_account(
                company,
                Charge.Kind.PROMOTION,
                label=f"Promo code {code}",
                amount=-taken,
                key=f"{redemption.pk}:{period.pk}",
                by=SYSTEM,
                at=at,
                started_at=period.ends_at - INSTANT,
            )
            redemption.applied += 1
            redemption.save(update_fields=["applied"])


def _is_given(discount: Discount, period: BillingPeriod) -> bool:
    """Whether an amount was booked in the part of the month before: it is given once a month."""
    part = period.rest_of
    if part is None:
        return False
    kinds = (Charge.Kind.DISCOUNT, Charge.Kind.SURCHARGE)
    is_booked = any(account_charge(kind, key=f"{discount.pk}:{part.pk}") for kind in kinds)
    return is_booked or _is_given(discount, part)


def _spent_in_month(period: BillingPeriod) -> Decimal:
    """What counts towards the commitment: of the parts of the month before also the shortfall."""
    part = period.rest_of
    if part is None:
        return spend(period)
    charged = account_charge(Charge.Kind.COMMITMENT_SHORTFALL, key=str(part.pk))
    return spend(period) + _spent_in_month(part) + (charged.amount if charged else 0)


def _adjustments(period: BillingPeriod) -> Decimal:
    """Discounts and surcharges of the period."""
    kinds = (Charge.Kind.DISCOUNT, Charge.Kind.SURCHARGE)
    totals = PeriodTotal.objects.filter(period=period, kind__in=kinds)
    return totals.aggregate(net=Sum("amount"))["net"] or Decimal(0)


def _spend_by_plan(period: BillingPeriod) -> dict[UUID, Decimal]:
    totals = PeriodTotal.objects.filter(period=period).exclude(kind__in=ACCOUNT_KINDS)
    rows = totals.order_by("version__plan").values("version__plan").annotate(net=Sum("amount"))
    return {row["version__plan"]: row["net"] for row in rows}


def spend(period: BillingPeriod) -> Decimal:
    """Net usage and fees of the period; nothing that belongs to the company alone."""
    totals = PeriodTotal.objects.filter(period=period).exclude(kind__in=ACCOUNT_KINDS)
    return totals.aggregate(net=Sum("amount"))["net"] or Decimal(0)


def _share(period: BillingPeriod, profile: BillingProfile, *, since: datetime) -> Decimal:
    """Which part of the whole month the company was on its account plan, by local days; a period
    that was cut short, by closing or another billing day, is a part of its month."""
    company = profile.company
    is_closed = company.status == Company.Status.CLOSED
    month = period_bounds(
        period.month_starts_at, billing_day=profile.billing_day, zone=company.zone
    )
    return share_of_days(
        max(since, period.month_starts_at),
        min(period.ends_at, company.status_changed_at) if is_closed else period.ends_at,
        of=month,
        zone=company.zone,
    )
