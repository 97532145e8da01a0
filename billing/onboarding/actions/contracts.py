"""Fixed contracts: a set amount a month, as one line, when the month begins."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts.companies.models import Company
from accounts.companies.queries import lock_company
from billing.metering.account_charges import charge_account
from billing.metering.models import Charge
from billing.onboarding.models import FixedPayment
from billing.onboarding.queries import fixed_contracts_due
from billing.profiles.queries import profile_of
from billing.subscriptions.models import BillingPeriod
from billing.subscriptions.periods import ensure_period

LABEL = "Fixed payment"


def charge_fixed_contracts(*, at: datetime) -> int:
    """Charge every month that has begun and is not charged; returns how many were."""
    due = fixed_contracts_due(at=at).order_by("pk").values_list("pk", flat=True)
    return sum(_charge(company_id, at=at) for company_id in due)


@transaction.atomic
def _charge(company_id: UUID, *, at: datetime) -> int:
    """The first month is the one in which the contract begins; each is charged whole, and one that
    a closing invoice has cut in two is charged once."""
    company = lock_company(company_id)
    if not fixed_contracts_due(at=at).filter(pk=company_id).exists():
        return 0
    last = FixedPayment.objects.filter(company=company).select_related("period").first()
    period = ensure_period(company, last.period.ends_at if last else at)
    charged = [_charge_month(company, period, at=at)]
    while period.ends_at <= at:
        period = ensure_period(company, period.ends_at)
        charged.append(_charge_month(company, period, at=at))
    return len(charged)


def _charge_month(company: Company, period: BillingPeriod, *, at: datetime) -> FixedPayment:
    before = FixedPayment.objects.filter(period=period.rest_of_id or period.pk).first()
    if before is not None:
        return FixedPayment.objects.create(
            company=company, period=period, charge_id=before.charge_id, charged_at=at
        )
    amount = profile_of(company.pk).fixed_amount
    assert amount is not None  # `check_terms`: a fixed contract has one
    charge = charge_account(
        company,
        Charge.Kind.FIXED_PAYMENT,
        label=LABEL,
        amount=amount,
        key=f"{company.pk}:{period.pk}",
        by="system",
        at=at,
        started_at=max(period.starts_at, min(company.created_at, at)),
    )
    return FixedPayment.objects.create(
        company=company, period=period, charge_id=charge.pk, charged_at=at
    )
