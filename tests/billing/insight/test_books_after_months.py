"""Two months of every billing type, with everything that happens to invoices: the books hold."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from djmoney.money import Money

from accounts.companies.models import Company
from billing.catalog.models import PlanKind
from billing.catalog.terms import PriceTerms
from billing.insight.books import prove_books
from billing.invoicing.actions import close_period, issue_invoice
from billing.invoicing.corrections import credit_invoice, void_invoice
from billing.invoicing.models import Invoice
from billing.ledger.adjustments import propose_adjustment
from billing.ledger.tasks import snapshot_own_accounts
from billing.payments.actions.refunds import refund_payment
from billing.payments.actions.transfers import record_transfer
from billing.payments.models import Payment
from billing.recharges.actions.paying import pay_now
from billing.subscriptions.models import BillingPeriod
from config.sandbox.testing import Stack
from tests.billing.metering.usage import record, send
from tests.billing.payments.cards import save_card
from tests.factories import BY, make_company, make_plan, make_subscription, new_key

MARCH, APRIL = datetime(2026, 3, 10, tzinfo=UTC), datetime(2026, 4, 10, tzinfo=UTC)
D = Decimal


def broken() -> dict[str, list[str]]:
    return {proof.check.name: proof.findings for proof in prove_books() if not proof.holds}


def customer(billing_type: str, *, currency: str, at: datetime) -> Company:
    company = make_company(
        billing_type=billing_type,
        currency=currency,
        credit_limit=D(1000),
        tax_percent=D("7.7"),
        at=at,
    )
    prices = (
        PriceTerms(D("0.000123"), unit="token"),
        PriceTerms(D("0.0456"), unit="token", country="DE"),
    )
    plan = make_plan(*prices, kind=PlanKind.METERED, meter="tokens", currency=currency)
    make_subscription(company, plan, subject=f"{company.pk}")
    return company


def consume(company: Company, *, at: datetime) -> None:
    send(
        *[
            record(f"{company.pk}", 7 * n + 1, at=at, name=f"{company.pk}-{at}-{n}")
            for n in range(9)
        ],
        record(f"{company.pk}", 77, at=at, name=f"{company.pk}-{at}-de", country="DE"),
        at=at,
    )


def transfer(company: Company, amount: str, *, currency: str, at: datetime) -> Payment:
    return record_transfer(
        company,
        amount=Money(amount, currency),
        method=Payment.Method.BANK_TRANSFER,
        reference="x",
        received_at=at,
        key=new_key("transfer"),
        by=BY,
        at=at,
    )


def issue(company: Company, *, at: datetime) -> Invoice:
    period = BillingPeriod.objects.get(company=company, starts_at__lte=at, ends_at__gt=at)
    close_period(period.pk, at=period.ends_at + timedelta(days=1))
    invoice = issue_invoice(period.pk, by="system", at=period.ends_at + timedelta(days=1))
    assert invoice is not None
    return invoice


@pytest.mark.django_db
@pytest.mark.parametrize("billing_type", ["prepaid", "postpaid", "flexible"])
@pytest.mark.parametrize("currency", ["USD", "JPY", "KWD"])
def test_the_books_hold_whatever_happens_to_invoices(billing_type: str, currency: str) -> None:
    company = customer(billing_type, currency=currency, at=MARCH)
    transfer(company, "2", currency=currency, at=MARCH)
    consume(company, at=MARCH)
    assert broken() == {}

    first = issue(company, at=MARCH)
    assert broken() == {}

    transfer(company, "1", currency=currency, at=APRIL)
    consume(company, at=MARCH + timedelta(days=1))
    consume(company, at=APRIL)
    propose_adjustment(
        company,
        amount=Money("-0.125", currency),
        reason="Test",
        key=new_key(),
        by=BY,
        at=APRIL,
    )
    assert broken() == {}

    credit_invoice(
        first.pk,
        amounts={first.lines.order_by("position").last().position: D(1)},  # type: ignore[union-attr]
        reason="Goodwill",
        key=new_key(),
        by=BY,
        at=APRIL,
    )
    assert broken() == {}

    second = issue(company, at=APRIL)
    transfer(company, "20", currency=currency, at=APRIL + timedelta(days=40))
    void_invoice(second.pk, reason="Wrong", key=new_key(), by=BY, at=APRIL + timedelta(days=41))
    snapshot_own_accounts(at=APRIL)
    assert broken() == {}


@pytest.mark.django_db
def test_the_books_hold_after_card_payments_and_refunds(stripe_sandbox: Stack) -> None:
    company = customer("prepaid", currency="USD", at=MARCH)
    card = save_card(company)
    _, payment = pay_now(
        company, amount=Money(50, "USD"), card=card, key=new_key(), by=BY, at=MARCH
    )
    consume(company, at=MARCH)
    refund_payment(payment, amount=D(20), reason="Asked", key=new_key(), by=BY, at=MARCH)
    issue(company, at=MARCH)
    assert broken() == {}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "found_by"),
    [
        (
            "UPDATE charge SET amount = amount + 0.01 WHERE country = 'DE'",
            {"charges_are_booked", "period_totals_are_sums_of_charges", "flat_charges_work_out"},
        ),
        ("UPDATE charge SET billed = billed + 1", {"flat_charges_work_out"}),
        ("DELETE FROM charge WHERE country = 'DE'", {"charges_have_their_keys"}),
        ("DELETE FROM usage_key", {"charges_have_their_keys"}),
        (
            "UPDATE period_total SET amount = amount + 1",
            {"period_totals_are_sums_of_charges", "uninvoiced_is_what_periods_owe"},
        ),
        ("UPDATE day_total SET amount = amount + 1", {"day_totals_are_sums_of_charges"}),
        ("UPDATE payment SET amount = amount + 1", {"payments_are_booked_once"}),
        ("UPDATE payment SET status = 'failed'", {"payments_are_booked_once"}),
        ("UPDATE invoice SET total = total + 1", {"documents_add_up"}),
        ("UPDATE invoice_line SET amount = amount + 1", {"documents_add_up"}),
        (
            "UPDATE invoice SET amount_due = amount_due + 1",
            {"allocations_fit_invoices", "balances_are_funds_less_debts"},
        ),
        ("UPDATE allocation SET amount = amount + 1", {"allocations_fit_credits"}),
        ("UPDATE fund SET unapplied = unapplied + 1", {"balances_are_funds_less_debts"}),
        ("UPDATE document_series SET next_number = 9", {"numbers_have_no_gaps"}),
        (
            "UPDATE billing_period SET ends_at = ends_at + interval '1 day'",
            {"periods_do_not_overlap"},
        ),
    ],
)
def test_what_is_changed_behind_the_applications_back_is_found(
    change: str, found_by: set[str]
) -> None:
    company = customer("postpaid", currency="USD", at=MARCH)
    transfer(company, "2", currency="USD", at=MARCH)
    consume(company, at=MARCH)
    issue(company, at=MARCH)
    consume(company, at=APRIL)
    assert broken() == {}
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(change)
        cursor.execute("SET LOCAL session_replication_role = origin")
    assert found_by <= set(broken())
