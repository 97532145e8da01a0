"""Two sessions at once."""

from __future__ import annotations

import threading
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from djmoney.money import Money

from accounts.companies.queries import lock_company
from billing.dunning.tasks import pursue_debts
from billing.ledger.queries import lock_account
from billing.payments.actions.transfers import record_transfer
from billing.payments.models import Payment
from tests.billing.invoicing.months import CLOSED_AT, issue, rate
from tests.factories import BY, make_company, new_key
from tests.two_sessions import at_once, failures, wait_until_somebody_waits

pytestmark = pytest.mark.django_db(transaction=True)
PAID_AT = CLOSED_AT + timedelta(days=11)


def test_a_payment_that_wakes_an_account_waits_for_the_company_before_it_holds_the_balance() -> (
    None
):
    """The other way round it would stand in a circle with whatever issues invoices, which holds
    the company and wants its balance."""
    company = make_company(billing_type="postpaid", credit_limit=None)
    rate(company, net="12")
    issue(company)
    pursue_debts(at=CLOSED_AT + timedelta(days=10))

    is_held = threading.Event()

    def issue_something() -> None:
        with transaction.atomic():
            lock_company(company.pk)
            is_held.set()
            wait_until_somebody_waits()
            lock_account(company.pk, "USD")

    def pay() -> None:
        assert is_held.wait(timeout=10)
        record_transfer(
            company,
            amount=Money(Decimal(12), "USD"),
            method=Payment.Method.BANK_TRANSFER,
            reference="",
            received_at=PAID_AT,
            key=new_key(),
            by=BY,
            at=PAID_AT,
        )

    assert failures(at_once(issue_something, pay)) == []
    company.refresh_from_db()
    assert company.status == "active"


def test_two_jobs_at_once_take_each_step_once() -> None:
    company = make_company(billing_type="postpaid", credit_limit=None)
    rate(company, net="12")
    issue(company)
    at = CLOSED_AT + timedelta(days=10)
    taken = at_once(lambda: pursue_debts(at=at), lambda: pursue_debts(at=at))
    assert failures(taken) == []
    assert sum(count for count in taken if isinstance(count, int)) == 3  # reminder, overdue, stop
