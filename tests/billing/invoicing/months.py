"""A month of usage as the metering leaves it: totals of the period and the entry in the books."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from accounts.companies.models import Company
from billing.catalog.actions import create_plan
from billing.catalog.models import Price
from billing.catalog.terms import PlanTerms, PriceTerms
from billing.invoicing.actions import close_period, issue_invoice
from billing.invoicing.models import Invoice
from billing.metering.fees import charge_due_fees
from billing.metering.models import Charge, PeriodTotal
from billing.subscriptions.models import BillingPeriod
from billing.subscriptions.periods import ensure_period
from tests.factories import BY, make_plan, make_subscription, use

IN_MARCH = datetime(2026, 3, 10, 12, tzinfo=UTC)
CLOSED_AT = datetime(2026, 4, 2, 1, tzinfo=UTC)


def rate(
    company: Company,
    *,
    net: str,
    tax: str = "0",
    percent: str = "0",
    quantity: int = 1_000_000,
    at: datetime = IN_MARCH,
    currency: str = "USD",
) -> PeriodTotal:
    """Usage of one price in the period of `at`, deducted from the balance."""
    terms = PlanTerms(prices=(PriceTerms(per_unit=Decimal("0.0015"), unit="1k_tokens"),))
    plan = create_plan(
        "Tokens", kind="metered", currency=currency, meter="tokens", terms=terms, at=at, by=BY
    )
    version = plan.versions.get()
    period = ensure_period(company, at)
    use(company, net=net, tax=tax, currency=currency, at=at)
    return PeriodTotal.objects.create(
        company=company,
        period=period,
        use_period=period,
        kind=Charge.Kind.USAGE,
        version=version,
        meter_id="tokens",
        price=Price.objects.get(version=version),
        tax_percent=Decimal(percent),
        charges=1,
        quantity=quantity,
        included=0,
        amount=Decimal(net),
        tax=Decimal(tax),
    )


def use_as_charged(company: Company, *, net: str, at: datetime = IN_MARCH) -> None:
    """A fee of a subscription of the company's: a charge with its totals, as the audit knows it."""
    plan = make_plan(kind="pay_per_mb", terms=PlanTerms(fee=Decimal(net), overage_price=Decimal(1)))
    make_subscription(company, plan, at=at)
    charge_due_fees(at=at)


def issue(company: Company, *, at: datetime = CLOSED_AT) -> Invoice:
    """Close and issue the company's only period that is not issued yet."""
    period = BillingPeriod.objects.exclude(status="issued").get(company=company)
    close_period(period.pk, at=at)
    invoice = issue_invoice(period.pk, by="system", at=at)
    assert invoice is not None
    return invoice
