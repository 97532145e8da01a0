"""Reminded, overdue, suspended, and back with the payment."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from djmoney.money import Money

from accounts.companies.actions import reactivate_company, suspend_company
from accounts.companies.models import Company
from accounts.events.models import Event
from accounts.notifications.models import Mail
from billing.dunning.models import DunningClock, DunningStep
from billing.dunning.queries import next_dunning_due, timeline
from billing.dunning.tasks import pursue_debts
from billing.invoicing.models import Invoice
from billing.payments.actions.transfers import record_transfer
from billing.payments.models import Payment
from features.actions import set_value
from tests.billing.invoicing.months import CLOSED_AT, issue, rate
from tests.factories import BY, make_company, new_key

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def unpaid(*, billing_type: str = "postpaid") -> Invoice:
    """An invoice of 12.00, issued at CLOSED_AT and due five days later."""
    company = make_company(billing_type=billing_type, credit_limit=None)
    rate(company, net="12")
    return issue(company)


def mails(company: Company) -> list[str]:
    sent = Mail.objects.filter(company=company).order_by("created_at", "id")
    return list(sent.values_list("kind", flat=True))


def live(invoice: Invoice, *, days: float) -> Invoice:
    """The job runs as the clock strikes, from where it was up to so many days after the issue."""
    assert invoice.issued_at is not None
    end = invoice.issued_at + days * DAY
    last = DunningClock.objects.filter(invoice=invoice).first()
    instant = last.computed_at if last else invoice.issued_at
    while True:
        pursue_debts(at=instant)
        following = next_dunning_due(instant)
        if following is None or following > end:
            break
        instant = following
    pursue_debts(at=end)
    invoice.refresh_from_db()
    return invoice


def pay(invoice: Invoice, amount: str, *, at: datetime) -> None:
    record_transfer(
        invoice.company,
        amount=Money(Decimal(amount), "USD"),
        method=Payment.Method.BANK_TRANSFER,
        reference="late",
        received_at=at,
        key=new_key(),
        by=BY,
        at=at,
    )


@pytest.mark.verifies("suspended_account_billing", "on")
def test_reminders_on_days_2_and_4_overdue_on_day_5_suspended_on_day_10() -> None:
    invoice = unpaid()
    company = invoice.company
    assert live(invoice, days=1.9).status == "open"
    assert mails(company) == []
    live(invoice, days=2)
    live(invoice, days=4)
    assert mails(company) == ["invoice_reminder", "invoice_reminder"]
    assert live(invoice, days=4.99).status == "open"
    assert live(invoice, days=5).status == "overdue"
    assert mails(company)[2:] == ["invoice_overdue"]
    live(invoice, days=9.99)
    company.refresh_from_db()
    assert company.status == "active"
    live(invoice, days=10)
    company.refresh_from_db()
    assert (company.status, company.suspended_by) == ("suspended", "system")
    assert company.status_reason == f"Overdue: {invoice.number}"
    assert mails(company)[-1] == "account_suspended"
    assert Event.objects.filter(type="invoice.overdue", company=company).count() == 1


def test_a_job_that_slept_for_a_month_sends_one_reminder_and_suspends() -> None:
    invoice = unpaid()
    pursue_debts(at=CLOSED_AT + 30 * DAY)
    pursue_debts(at=CLOSED_AT + 30 * DAY)
    assert mails(invoice.company) == ["invoice_overdue", "invoice_reminder", "account_suspended"]


def test_paying_wakes_the_account_in_the_same_transaction() -> None:
    invoice = live(unpaid(), days=10)
    pay(invoice, "12.00", at=CLOSED_AT + 11 * DAY)
    invoice.refresh_from_db()
    invoice.company.refresh_from_db()
    assert (invoice.status, invoice.company.status) == ("paid", "active")
    pursue_debts(at=CLOSED_AT + 11 * DAY)
    assert not DunningClock.objects.filter(invoice=invoice).exists()


def test_a_part_does_not_wake_it() -> None:
    invoice = live(unpaid(), days=10)
    pay(invoice, "11.99", at=CLOSED_AT + 11 * DAY)
    invoice.company.refresh_from_db()
    assert invoice.company.status == "suspended"


def test_a_payment_does_not_wake_what_a_person_suspended() -> None:
    invoice = live(unpaid(), days=7)
    suspend_company(invoice.company, reason="Fraud?", by=BY, at=CLOSED_AT + 8 * DAY)
    live(invoice, days=12)
    pay(invoice, "12.00", at=CLOSED_AT + 13 * DAY)
    invoice.company.refresh_from_db()
    assert (invoice.company.status, invoice.company.status_reason) == ("suspended", "Fraud?")


def test_paying_in_time_stops_the_clock() -> None:
    invoice = live(unpaid(), days=3)
    pay(invoice, "12.00", at=CLOSED_AT + 3 * DAY)
    live(invoice, days=40)
    assert mails(invoice.company).count("invoice_reminder") == 1
    assert "invoice_overdue" not in mails(invoice.company)


@pytest.mark.verifies("suspended_account_billing", "off")
def test_switched_off_nothing_is_suspended_and_reminders_go_on() -> None:
    set_value("suspended_account_billing", value=False, reason="no", by=BY, at=CLOSED_AT - DAY)
    invoice = live(unpaid(), days=20)
    invoice.company.refresh_from_db()
    assert invoice.company.status == "active"
    assert mails(invoice.company).count("invoice_reminder") == 10


def test_switching_it_off_wakes_who_was_suspended_for_that_alone_and_on_suspends_again() -> None:
    invoice = live(unpaid(), days=10)
    off_at = CLOSED_AT + 12 * DAY
    set_value("suspended_account_billing", value=False, reason="Easter", by=BY, at=off_at)
    pursue_debts(at=off_at)
    invoice.company.refresh_from_db()
    assert invoice.company.status == "active"
    on_at = off_at + DAY
    set_value("suspended_account_billing", value=True, reason="Over", by=BY, at=on_at)
    pursue_debts(at=on_at)
    invoice.company.refresh_from_db()
    assert invoice.company.status == "suspended"


def test_what_staff_reactivate_goes_on_until_the_clock_strikes_again() -> None:
    invoice = live(unpaid(), days=10)
    reactivate_company(invoice.company, reason="Promised", by=BY, at=CLOSED_AT + 11 * DAY)
    pursue_debts(at=CLOSED_AT + 11 * DAY)
    invoice.company.refresh_from_db()
    assert invoice.company.status == "active"


def test_prepaid_customers_have_no_clock() -> None:
    invoice = unpaid(billing_type="prepaid")
    live(invoice, days=40)
    assert not DunningStep.objects.exists()


def test_sims_are_warned_of_and_released_30_days_after_overdue() -> None:
    set_value("resource_deletion_days", value=30, reason="Policy", by=BY, at=CLOSED_AT - DAY)
    invoice = live(unpaid(), days=34.9)
    assert mails(invoice.company).count("deletion_warning") == 3
    expired = Event.objects.filter(type="account.resources_expired", company=invoice.company)
    assert not expired.exists()
    live(invoice, days=35)
    assert expired.count() == 1
    assert mails(invoice.company)[-1] == "resources_deleted"


def test_changing_the_days_moves_the_clocks() -> None:
    invoice = live(unpaid(), days=5)
    set_value("suspension_days", value=1, reason="Stricter", by=BY, at=CLOSED_AT + 5 * DAY)
    live(invoice, days=6)
    invoice.company.refresh_from_db()
    assert invoice.company.status == "suspended"


def test_the_timeline_tells_what_was_and_what_comes() -> None:
    invoice = live(unpaid(), days=5)
    shown = timeline(invoice, at=CLOSED_AT + 5 * DAY)
    assert [(str(step.kind), step.is_past) for step in shown] == [
        ("reminder", True),
        ("reminder", True),
        ("overdue", True),
        ("reminder", False),
        ("reminder", False),
        ("suspension", False),
    ]
