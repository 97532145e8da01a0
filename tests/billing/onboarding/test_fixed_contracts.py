"""A fixed contract: one line a month, usage within the plan's limits at 0, beyond as usual."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from accounts.companies.models import Company
from billing.catalog.actions import create_plan
from billing.catalog.terms import PlanTerms, PriceTerms
from billing.invoicing.models import InvoiceLine
from billing.ledger.queries import balance
from billing.metering.fees import charge_due_fees
from billing.metering.models import Charge
from billing.onboarding.queries import next_fixed_payment
from billing.onboarding.tasks import charge_fixed_contracts
from billing.profiles.actions import change_terms
from billing.subscriptions.actions import subscribe
from tests.billing.invoicing.months import CLOSED_AT, IN_MARCH, issue
from tests.billing.metering.usage import MB, record, send
from tests.books import faults
from tests.factories import BY, make_company

pytestmark = pytest.mark.django_db

D = Decimal
APRIL, MAY, JUNE = (datetime(2026, month, 1, tzinfo=UTC) for month in (4, 5, 6))


def _client(amount: str = "99") -> Company:
    company = make_company(
        billing_type="postpaid", credit_limit=None, tax_percent=D(20), at=IN_MARCH
    )
    terms: dict[str, str | D] = {"contract_type": "fixed", "fixed_amount": D(amount)}
    change_terms(company, dict(terms), by=BY, at=IN_MARCH)
    return company


def test_a_month_is_the_set_amount_and_what_goes_beyond_the_plan() -> None:
    """99.00 set; 100 MB included at 30.00 a month that the set amount replaces; 150 MB used:
    100 at 0, 50 × 0.10 = 5.00. Net 104.00, tax 20 % 20.80, total 124.80."""
    company = _client()
    terms = PlanTerms(
        fee=D(30), included=100 * MB, prices=(PriceTerms(per_unit=D("0.10"), unit="MB"),)
    )
    plan = create_plan(
        "Data 100", kind="metered", currency="USD", meter="data", terms=terms, at=IN_MARCH, by=BY
    )
    subscribe(company, plan, subject="line", at=IN_MARCH, by=BY, now=IN_MARCH)
    charge_due_fees(at=IN_MARCH)
    assert charge_fixed_contracts(at=IN_MARCH) == 1
    send(record("line", 100 * MB, at=IN_MARCH), at=IN_MARCH)
    assert balance(company).balance == D("-118.8")
    send(record("line", 50 * MB, at=IN_MARCH), at=IN_MARCH)
    assert balance(company).balance == D("-124.8")
    invoice = issue(company, at=CLOSED_AT)
    assert (invoice.subtotal, invoice.tax, invoice.total) == (D(104), D("20.8"), D("124.8"))
    fixed = InvoiceLine.objects.filter(invoice=invoice, description__contains="Fixed payment")
    assert [line.amount for line in fixed] == [D(99)]
    assert faults() == []


def test_each_month_is_charged_once_also_when_the_job_was_away() -> None:
    company = _client()
    assert [charge_fixed_contracts(at=IN_MARCH) for _ in range(2)] == [1, 0]
    assert next_fixed_payment(IN_MARCH) == APRIL
    assert charge_fixed_contracts(at=MAY) == 2
    assert next_fixed_payment(MAY) == JUNE
    charges = Charge.objects.filter(company=company, kind=Charge.Kind.FIXED_PAYMENT)
    assert [(row.started_at, row.amount) for row in charges.order_by("started_at")] == [
        (IN_MARCH, D(99)),
        (APRIL, D(99)),
        (MAY, D(99)),
    ]


def test_a_pay_as_you_go_contract_and_a_closed_company_pay_none() -> None:
    company = _client()
    Company.objects.filter(pk=company.pk).update(status="closed")
    make_company()
    assert charge_fixed_contracts(at=IN_MARCH) == 0
