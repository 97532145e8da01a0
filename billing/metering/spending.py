"""Money spent that no meter counted: committed reservations of an amount."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.db import transaction

from accounts.companies.models import Company
from billing.catalog.actions import create_plan
from billing.catalog.models import Plan, PlanKind, Price
from billing.catalog.terms import PlanTerms, PriceTerms
from billing.ledger.actions import make_entries, prepare_entries
from billing.ledger.execution import run
from billing.ledger.models import EntryKind
from billing.metering.batches import new_prefix
from billing.metering.calc import INTERNAL
from billing.metering.enforcement import enforce
from billing.metering.models import Charge
from billing.metering.snapshots import snapshot_at
from billing.metering.statements.charging import CHARGE_FEES
from billing.money.calc import EXACT, round12
from billing.profiles.queries import profile_of, tax_percent
from billing.subscriptions.actions import subscribe
from billing.subscriptions.models import Subscription
from billing.subscriptions.periods import ensure_period, open_period

PLAN_LABEL = "reservations"
HUNDRED = Decimal(100)


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
    percent = tax_percent(profile_of(company.pk), at=at)
    net = round12(EXACT.divide(gross * HUNDRED, HUNDRED + percent))
    prefix = new_prefix()
    prepare_entries()
    given = {
        "prefix": prefix,
        "entry_prefix": new_prefix(),
        "kinds": [Charge.Kind.RESERVATION.value],
        "external_ids": [name],
        "company_ids": [company.pk],
        "subscription_ids": [spender.pk],
        "version_ids": [spender.version_id],
        "subjects": [spender.subject],
        "sessions": [session],
        "started_ats": [at],
        "amounts": [net],
        "taxes": [gross - net],
        "tax_percent": percent,
        "features_id": snapshot_at(at),
        "entry_kind": EntryKind.USAGE.value,
        "by": by,
        "description": "Reserved spending",
        "at": at,
    }
    run(CHARGE_FEES, given, rows=1)
    make_entries()
    enforce([company.pk], at=at)
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
