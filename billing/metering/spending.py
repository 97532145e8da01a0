"""Money spent that no meter counted: committed reservations of an amount."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.db import transaction

from accounts.companies.models import Company
from billing.catalog.actions import create_plan
from billing.catalog.models import Plan, PlanKind, Price
from billing.catalog.terms import PlanTerms, PriceTerms
from billing.ledger.models import EntryKind
from billing.metering.calc import INTERNAL
from billing.metering.charging import NewCharge, book_charges
from billing.metering.models import Charge
from billing.profiles.queries import profile_of
from billing.subscriptions.actions import subscribe
from billing.subscriptions.models import Subscription
from billing.subscriptions.periods import ensure_period, open_period
from billing.tax.calc import net_of
from billing.tax.queries import terms_of

PLAN_LABEL = "reservations"


@transaction.atomic
def charge_spending(
    company: Company,
    subscription: Subscription | None,
    *,
    gross: Decimal,
    name: str,
    session: str,
    by: str,
    at: datetime,
) -> Charge:
    """Charge an amount that includes its tax; `name` is its identity. The account is locked."""
    ensure_period(company, at)
    open_period(company, at)
    spender = subscription or _spender(company, by=by, at=at)
    net = net_of(gross, terms_of(company.pk, at=at).percent)
    spent = NewCharge(
        kind=Charge.Kind.RESERVATION.value,
        name=name,
        company_id=company.pk,
        subscription=spender,
        version_id=spender.version_id,
        session=session,
        started_at=at,
        amount=net,
        tax=gross - net,
    )
    book_charges([spent], entry_kind=EntryKind.USAGE, description="Reserved spending", by=by, at=at)
    return Charge.objects.get(
        company=company, source=f"{INTERNAL}{Charge.Kind.RESERVATION.value}", external_id=name
    )


def _spender(company: Company, *, by: str, at: datetime) -> Subscription:
    """The company's own subscription for spending that has no subject, made when first needed."""
    subject = f"company:{company.pk}"
    found = Subscription.objects.filter(company=company, subject=subject).first()
    if found:
        return found
    plan = _plan(profile_of(company.pk).currency, by=by, at=at)
    return subscribe(company, plan, subject=subject, at=at, by=by, now=at)


def _plan(currency: str, *, by: str, at: datetime) -> Plan:
    """The plan of such spending, one for each currency. It prices nothing: amounts are given."""
    labelled = Plan.objects.filter(labels__contains=[PLAN_LABEL], currency=currency)
    return labelled.first() or create_plan(
        "Reservations",
        kind=PlanKind.METERED,
        currency=currency,
        terms=PlanTerms(prices=(PriceTerms(Decimal(0), unit=Price.Unit.BYTE),)),
        labels=[PLAN_LABEL],
        at=at,
        by=by,
    )
